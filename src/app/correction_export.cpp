#include "app/correction_export.h"

#include "app/csv.h"
#include "app/files.h"
#include "app/record_walk.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;

bool IsOneDigit(const std::string& text) {
  return text.size() == 1 && text.front() >= '0' && text.front() <= '9';
}

fs::path FolderFor(const Correction& correction, ExportedCorrections& counted) {
  if (!correction.text) return ++counted.none, "none";
  if (!IsOneDigit(*correction.text)) return ++counted.lines, "lines";
  return ++counted.digits, fs::path("digits") / *correction.text;
}

}  // namespace

Result<ExportedCorrections> ExportCorrections(RecognitionStore& store, const fs::path& out) {
  ExportedCorrections counted;
  std::string csv = "path,label\n";
  RecognitionFilter corrected;
  corrected.corrected = true;
  Status walked = WalkRecords(store, corrected, 0, [&](const Recognition& recognition) -> Status {
    const auto picture = store.Picture(recognition.id);
    if (!picture.ok()) return picture.error();
    const Correction& correction = *recognition.correction;
    const fs::path file = FolderFor(correction, counted) / PictureFileName(recognition);
    csv += CsvRow({file.string(), CsvText(correction.text.value_or(""))});
    return WriteWholeFile(out / file, **picture);
  });
  if (!walked.ok()) return std::move(walked).error();
  if (Status written = WriteWholeFile(out / "corrections.csv", AsBytes(csv)); !written.ok()) {
    return std::move(written).error();
  }
  return counted;
}

}  // namespace glyphd
