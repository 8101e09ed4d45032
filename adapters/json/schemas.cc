// Embeds the binary schemas. The build defines TOONO_SCHEMA_DIR and rebuilds this file when a schema changes.
#include "adapters/json/schemas.h"

#include "adapters/embed.h"

TOONO_EMBED(commands, TOONO_SCHEMA_DIR "/commands.bfbs");
TOONO_EMBED(journal, TOONO_SCHEMA_DIR "/journal.bfbs");
TOONO_EMBED(state, TOONO_SCHEMA_DIR "/state.bfbs");

namespace toono {

Bytes embedded_schema(std::string_view name) {
  if (name == "commands") return {toono_embedded_commands, toono_embedded_commands_end};
  if (name == "journal") return {toono_embedded_journal, toono_embedded_journal_end};
  if (name == "state") return {toono_embedded_state, toono_embedded_state_end};
  return {};
}

}  // namespace toono
