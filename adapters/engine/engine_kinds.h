// The kinds of engines, for Engine::create() and Engine::open() alone.
#pragma once

#include "adapters/engine/engine.h"
#include "adapters/vault/absent_vault.h"

namespace toono {

Result<std::unique_ptr<Engine>> create_embedded_engine(const EngineOptions& options,
                                                       const Founding& founding);
Result<std::unique_ptr<Engine>> open_embedded_engine(const EngineOptions& options);
Result<std::unique_ptr<Engine>> create_kafka_engine(const EngineOptions& options, const Founding& founding);
Result<std::unique_ptr<Engine>> open_kafka_engine(const EngineOptions& options);

/// A reader's vault: one that could not be opened is missed by the questions alone that need it.
template <class Opened>
std::unique_ptr<Vault> vault_if_any(Result<std::unique_ptr<Opened>> opened) {
  if (opened) return std::move(*opened);
  auto why = std::move(opened.error());
  // Whoever needs it now finds that the world failed, whatever it was to who looked for a file.
  if (why.code == ErrorCode::not_found || why.code == ErrorCode::refused) why.code = ErrorCode::world;
  return std::make_unique<AbsentVault>(std::move(why));
}

}  // namespace toono
