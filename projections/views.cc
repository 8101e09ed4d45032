// The kinds of states, their packed form, and the difference of two sets of rows.
#include "projections/views.h"

#include "projections/case_views.h"
#include "projections/journal_reader.h"

namespace toono {
namespace {

template <class State>
std::string pack(EntityKind kind, const State& state) {
  thread_local flatbuffers::FlatBufferBuilder builder(4096);
  builder.Clear();
  builder.Finish(State::TableType::Pack(builder, &state));
  std::string row(8, '\0');  // the kind, and padding that keeps the buffer aligned behind it
  row[0] = static_cast<char>(kind);
  row.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
  return row;
}

template <class Table, class State>
EntityState unpack(std::string_view row) {
  Aligned aligned(bytes_of(row));
  const auto* begin = aligned.bytes().data();
  flatbuffers::Verifier verifier(begin, row.size(), 16, 100'000);
  if (!verifier.VerifyBuffer<Table>(nullptr)) return {};
  State state;
  flatbuffers::GetRoot<Table>(begin)->UnPackTo(&state);
  return state;
}

}  // namespace

EntityState new_state(EntityKind kind) {
  switch (kind) {
    case EntityKind::case_file:
      return CaseStateT{};
    case EntityKind::contact:
      return ContactStateT{};
    case EntityKind::person:
      return PersonStateT{};
    case EntityKind::none:
    case EntityKind::registry:
    case EntityKind::partition:
      return {};
  }
  return {};
}

EntityKind kind_of(const EntityState& state) {
  constexpr EntityKind kKinds[] = {EntityKind::none, EntityKind::case_file, EntityKind::contact,
                                   EntityKind::person};
  return kKinds[state.index()];
}

std::uint64_t version_of(const EntityState& state) {
  if (const auto* found = std::get_if<CaseStateT>(&state)) return found->version;
  if (const auto* found = std::get_if<ContactStateT>(&state)) return found->version;
  if (const auto* found = std::get_if<PersonStateT>(&state)) return found->version;
  return 0;
}

void set_version(EntityState& state, std::uint64_t version) {
  if (auto* found = std::get_if<CaseStateT>(&state)) found->version = version;
  if (auto* found = std::get_if<ContactStateT>(&state)) found->version = version;
  if (auto* found = std::get_if<PersonStateT>(&state)) found->version = version;
}

std::string pack_state(const EntityState& state) {
  if (const auto* found = std::get_if<CaseStateT>(&state)) return pack(EntityKind::case_file, *found);
  if (const auto* found = std::get_if<ContactStateT>(&state)) return pack(EntityKind::contact, *found);
  if (const auto* found = std::get_if<PersonStateT>(&state)) return pack(EntityKind::person, *found);
  return {};
}

EntityState unpack_state(std::string_view row) {
  if (row.size() < 16) return {};
  auto kind = static_cast<EntityKind>(row[0]);
  row.remove_prefix(8);
  if (kind == EntityKind::case_file) return unpack<CaseState, CaseStateT>(row);
  if (kind == EntityKind::contact) return unpack<ContactState, ContactStateT>(row);
  if (kind == EntityKind::person) return unpack<PersonState, PersonStateT>(row);
  return {};
}

void write_rows(const EntityState& state, PartitionNumber partition, RowBatch& rows) {
  if (version_of(state) == 0) return;
  if (const auto* found = std::get_if<CaseStateT>(&state)) write_case_rows(*found, partition, rows);
  if (const auto* found = std::get_if<ContactStateT>(&state)) write_contact_rows(*found, partition, rows);
  if (const auto* found = std::get_if<PersonStateT>(&state)) write_person_rows(*found, partition, rows);
}

void contributions(const EntityState& state, std::vector<Contribution>& list) {
  if (version_of(state) == 0) return;
  if (const auto* found = std::get_if<CaseStateT>(&state)) contribute(*found, list);
  if (const auto* found = std::get_if<ContactStateT>(&state)) contribute(*found, list);
}

void write_difference(const RowBatch& before, std::size_t begin, std::size_t end, const RowBatch& after,
                      RowBatch& out) {
  // An entity has a dozen rows, mostly the same and in the same order: the row behind the last one found is
  // looked at first, then all of them, which is cheaper than sorting.
  auto find = [](const RowBatch& batch, std::size_t from, std::size_t to, std::size_t& hint,
                 std::string_view key) -> std::optional<RowBatch::Row> {
    if (hint < to && batch[hint].key == key) return batch[hint++];
    for (std::size_t i = from; i < to; ++i)
      if (auto row = batch[i]; row.key == key) {
        hint = i + 1;
        return row;
      }
    return std::nullopt;
  };
  std::size_t hint = begin;
  for (std::size_t i = 0; i < after.size(); ++i) {
    auto row = after[i];
    auto old = find(before, begin, end, hint, row.key);
    if (!old || old->value != row.value) out.put(row.key, row.value);
  }
  hint = 0;
  for (std::size_t i = begin; i < end; ++i)
    if (auto row = before[i]; !find(after, 0, after.size(), hint, row.key)) out.remove(row.key);
}

}  // namespace toono
