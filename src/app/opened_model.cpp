#include "app/opened_model.h"

#include "app/program_folder.h"
#include "model/model_folder.h"

namespace glyphd {

Result<std::shared_ptr<const Classifier>> OpenModel(const std::filesystem::path& model,
                                                    int concurrent_calls) {
  const auto folder = ResolveModelFolder(model);
  if (!folder.ok()) return folder.error();
  const std::string activity = "open the model " + folder->string();
  auto read = ReadModelFolder(*folder);
  if (!read.ok()) return std::move(read).error().During(activity);
  auto opened = OpenClassifier(*read, {concurrent_calls});
  if (!opened.ok()) return std::move(opened).error().During(activity);
  return opened;
}

}  // namespace glyphd
