// Logs in a directory that goes away.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>

#include "adapters/embedded/embedded_log.h"
#include "tests/must.h"
#include "tests/temporary_directory.h"

namespace toono {

inline LogId test_log_id(std::uint8_t first = 7) {
  std::uint8_t bytes[16] = {first, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return id_from<LogId>(bytes);
}

inline Buffer file_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return Buffer(std::istreambuf_iterator<char>(in), {});
}
/// In place: a file that is cut and written anew is flushed by the file system.
inline void write_file(const std::filesystem::path& path, Bytes bytes) {
  auto file = must(embedded::open_file(path, true));
  must(embedded::write_all(embedded::system_files(), file, path, bytes, 0));
  must(embedded::resize_file(file, path, bytes.size()));
}

/// Sends `command`, receives it, appends `decision`, settles.
inline Result<std::vector<LogRecord>> decide(Log& log, PartitionNumber partition, std::string_view command,
                                             std::string_view decision) {
  TOONO_TRY(log.send(partition, bytes_of(command)));
  TOONO_TRY(log.receive(1));
  TOONO_TRY(log.append(partition, bytes_of(decision)));
  return log.settle();
}

/// Everything in the log, as text: what an answer could be made of.
inline Result<std::string> whole_text(Log& log, PartitionNumber partitions) {
  std::string text;
  for (Topic topic : {Topic::inbox, Topic::journal})
    for (PartitionNumber p = 0; p < partitions; ++p)
      TOONO_TRY(log.scan(topic, {{p}}, [&](const LogRecord& record) {
        text += std::to_string(int(topic)) + ":" + std::to_string(p) + ":" + std::to_string(record.offset) +
                " at " + std::to_string(record.appended_at_ms) + " " + std::string(text_of(record.bytes)) +
                "\n";
        return true;
      }));
  return text;
}

}  // namespace toono
