// The two kinds of engines, for Engine::create() and Engine::open() alone.
#pragma once

#include "adapters/engine/engine.h"

namespace toono {

Result<std::unique_ptr<Engine>> create_embedded_engine(const EngineOptions& options,
                                                       const Founding& founding);
Result<std::unique_ptr<Engine>> open_embedded_engine(const EngineOptions& options);
Result<std::unique_ptr<Engine>> create_kafka_engine(const EngineOptions& options, const Founding& founding);
Result<std::unique_ptr<Engine>> open_kafka_engine(const EngineOptions& options);

}  // namespace toono
