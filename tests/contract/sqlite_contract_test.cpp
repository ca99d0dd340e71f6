#include "contract/recognition_store_contract.h"
#include "contract/sqlite_database.h"

namespace glyphd {
namespace {

INSTANTIATE_TEST_SUITE_P(Sqlite, RecognitionStoreContract,
                         testing::Values(StoreBackend{
                             "Sqlite", [] { return std::make_unique<SqliteUnderTest>(); }}),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace
}  // namespace glyphd
