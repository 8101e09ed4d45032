// What each piece of a command's way costs by itself, on one thread, with everything in the cache: the least
// that it can cost in the engine, where the cache is shared.
//   pieces_bench [--benchmark_filter=NAME ...]
#include <benchmark/benchmark.h>

#include "adapters/embedded/format.h"
#include "adapters/json/command.h"
#include "adapters/memory/store.h"
#include "adapters/vault/sealing.h"
#include "adapters/vault/system_entropy.h"
#include "bench/workload.h"
#include "commands/decide.h"
#include "core/chain.h"
#include "projections/folder.h"

namespace toono::bench {
namespace {

/// Any step of this type that the workload sends.
Step step_of_type(CommandBody type) {
  Workload workload({.open_entities = 8});
  for (;;)
    if (auto step = workload.next(); step.body.type == type) return step;
}

/// A case as it stands with one order signed; what most commands meet.
CaseStateT busy_case() {
  CaseStateT state;
  state.id = id_from<CaseId>(bytes_of(sha256(bytes_of("case"))));
  state.number = "0300001258";
  state.version = 5;
  state.station = StationId(150000);
  state.status = CaseStatus::in_progress;
  state.registered = Moment(Instant(kStartMs), EventRef(1, 0));
  state.event_seqs = {1, 2, 3, 4, 5};
  OrderT order;
  order.id = id_from<OrderId>(bytes_of(sha256(bytes_of("order"))));
  order.station = StationId(150100);
  order.parent = order.dispatched_by = StationId(150000);
  order.status = OrderStatus::signed_;
  order.dispatched = Moment(Instant(kStartMs), EventRef(3, 0));
  order.signed_ = Moment(Instant(kStartMs + 1000), EventRef(4, 0));
  order.handle_due = Instant(kStartMs + kStartMs / 1000);
  order.policy_version = order.calendar_version = "2026-1";
  state.orders.push_back(order);
  return state;
}

void hash_record(benchmark::State& state) {
  Buffer record(static_cast<std::size_t>(state.range(0)), 7);
  for (auto _ : state) benchmark::DoNotOptimize(sha256(record));
}
BENCHMARK(hash_record)->Arg(65)->Arg(190)->Arg(340);

void verify_command(benchmark::State& state) {
  auto record = record_of(step_of_type(CommandBody::SubmitResult), 1);
  for (auto _ : state) {
    flatbuffers::Verifier verifier(record.data(), record.size(), 16, 1000);
    benchmark::DoNotOptimize(VerifyCommandBuffer(verifier));
  }
}
BENCHMARK(verify_command);

/// The region and one member of its staff.
template <class BodyT>
void tell(Registry& registry, BodyT body) {
  EventT event;
  event.body.Set(std::move(body));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(Event::Pack(builder, &event));
  check(registry.apply(1, *flatbuffers::GetRoot<Event>(builder.GetBufferPointer())), "an event of it");
}
void open_region(Registry& registry) {
  StationOpenedT opened;
  opened.station = StationId(150000);
  opened.kind = StationKind::region;
  tell(registry, opened);
  StaffAppointedT appointed;
  appointed.staff = StaffId(15000001);
  appointed.station = StationId(150000);
  tell(registry, appointed);
  registry.advance(1);
}

void decide_classification(benchmark::State& state) {
  auto record = record_of(step_of_type(CommandBody::ClassifyContact), 1);
  const auto* command = GetCommand(record.data());
  ContactStateT found;
  found.id = id_as<ContactId>(*command->entity());
  found.status = ContactStatus::answered;
  found.version = 2;
  found.station = StationId(150000);
  Registry registry;
  open_region(registry);
  Context context{.registry = registry.now(),
                  .id = *command->id(),
                  .occurred_at = Instant(kStartMs),
                  .decided_at = Instant(kStartMs),
                  .actor = StaffId(15000001),
                  .station = StationId(150000),
                  .partition = 3};
  if (decide(*command, found, context).rejection != Rejection::none)
    return state.SkipWithError("the command was refused: a refusal is not what is measured");
  for (auto _ : state) benchmark::DoNotOptimize(decide(*command, found, context));
}
BENCHMARK(decide_classification);

void evolve_signed(benchmark::State& state) {
  auto found = busy_case();
  EventT event;
  OrderSignedT body;
  body.order_id = found.orders.front().id;
  event.body.Set(body);
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(Event::Pack(builder, &event));
  const auto* read = flatbuffers::GetRoot<Event>(builder.GetBufferPointer());
  Stamp stamp{.occurred_at = Instant(kStartMs),
              .decided_at = Instant(kStartMs),
              .event = EventRef(5, 0),
              .entity = id_as<EntityId>(found.id),
              .actor = StaffId(15010001),
              .station = StationId(150100)};
  for (auto _ : state) benchmark::DoNotOptimize(evolve(found, *read, stamp));
}
BENCHMARK(evolve_signed);

void pack_case(benchmark::State& state) {
  EntityState found = busy_case();
  for (auto _ : state) benchmark::DoNotOptimize(pack_state(found));
}
BENCHMARK(pack_case);

void unpack_case(benchmark::State& state) {
  auto packed = pack_state(busy_case());
  for (auto _ : state) benchmark::DoNotOptimize(unpack_state(packed));
}
BENCHMARK(unpack_case);

void write_case_views(benchmark::State& state) {
  EntityState found = busy_case();
  RowBatch rows;
  for (auto _ : state) {
    rows.clear();
    write_rows(found, 3, rows);
    benchmark::DoNotOptimize(rows.size());
  }
  state.counters["rows"] = static_cast<double>(rows.size());
}
BENCHMARK(write_case_views);

void compare_case_views(benchmark::State& state) {
  EntityState found = busy_case();
  RowBatch before, after, out;
  write_rows(found, 3, before);
  std::get<CaseStateT>(found).orders.front().status = OrderStatus::submitted;
  write_rows(found, 3, after);
  for (auto _ : state) {
    out.clear();
    write_difference(before, 0, before.size(), after, out);
    benchmark::DoNotOptimize(out.size());
  }
}
BENCHMARK(compare_case_views);

void parse_json_line(benchmark::State& state) {
  auto json = line_of(step_of_type(state.range(0) == 0 ? CommandBody::SignOrder : CommandBody::SubmitResult));
  for (auto _ : state) benchmark::DoNotOptimize(parse_line(json));
  state.SetLabel(state.range(0) == 0 ? "SignOrder" : "SubmitResult with words");
}
BENCHMARK(parse_json_line)->Arg(0)->Arg(1);

void canonical_text(benchmark::State& state) {
  auto parsed = parse_line(line_of(step_of_type(CommandBody::SubmitResult)));
  for (auto _ : state) benchmark::DoNotOptimize(parsed->canonical());
}
BENCHMARK(canonical_text);

void seal_words_of_a_result(benchmark::State& state) {
  ready_sodium();
  SystemEntropy entropy;
  KeyBytes key{};
  KeyId key_id;
  SealContext context;
  context.seal_class = SealClass::narrative;
  context.path = "result";
  std::string words(150, 'w');
  for (auto _ : state) benchmark::DoNotOptimize(seal_words(key, key_id, context, words, entropy));
}
BENCHMARK(seal_words_of_a_result);

void encode_frame_of_a_group(benchmark::State& state) {
  auto count = static_cast<std::size_t>(state.range(0));
  Buffer command(186, 3), decision(341, 5);
  std::vector<LogRecord> records;
  for (std::size_t i = 0; i < count; ++i)
    for (auto topic : {Topic::inbox, Topic::journal})
      records.push_back({.topic = topic,
                         .partition = static_cast<PartitionNumber>(i % 12),
                         .offset = i / 12,
                         .bytes = topic == Topic::inbox ? Bytes(command) : Bytes(decision)});
  for (auto _ : state) {
    auto frame = embedded::encode_frame(records, 13);
    embedded::seal_frame(frame, {.number = 1}, LogId{}, {});
    benchmark::DoNotOptimize(frame.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(encode_frame_of_a_group)->Arg(1)->Arg(256);

}  // namespace
}  // namespace toono::bench

BENCHMARK_MAIN();
