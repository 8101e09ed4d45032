#include "bench/workload.h"

#include <fmt/format.h>

#include <cstring>

#include "adapters/json/print.h"
#include "core/derive.h"
#include "core/time.h"

namespace toono::bench {
namespace {

const StationId kRegion(150000);
constexpr std::string_view kWords =
    "The caller says that since the autumn nothing has come of what was promised, that the school knows, and "
    "that somebody should ring back after six.";

template <class BodyT>
CommandBodyUnion as_body(BodyT body) {
  CommandBodyUnion made;
  made.Set(std::move(body));
  return made;
}

}  // namespace

CommandId Workload::random_id() {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 16; i += 8) {
    auto word = chance_();
    std::memcpy(bytes.data() + i, &word, 8);
  }
  auto ms = static_cast<std::uint64_t>(now_);
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x70);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  return id_from<CommandId>(bytes);
}

Step Workload::next() {
  now_ += 8;
  if (running_.size() < options_.open_entities) return begin();
  std::swap(running_[chance_() % running_.size()], running_.back());
  auto& running = running_.back();
  auto step = go_on(running);
  if (++running.step == running.steps()) running_.pop_back();
  return step;
}

Step Workload::step_of(CommandId id, const Running& running, CommandBodyUnion body, StationId station) const {
  return {.id = id,
          .entity = running.entity,
          .at = Instant(now_),
          .station = station,
          .youth = running.youth,
          .body = std::move(body)};
}

Step Workload::begin() {
  auto id = random_id();
  Running running{.contact = begun_++ % 4 != 0, .entity = derive<EntityId>(id, "entity"), .step = 1};
  running.youth = id_as<PersonId>(random_id());
  CommandBodyUnion body;
  if (running.contact) {
    OfferContactT offer;
    offer.dialled = "0471-12355";
    offer.caller = running.youth;
    body = as_body(std::move(offer));
  } else {
    RegisterCaseT registration;
    registration.youth = running.youth;
    body = as_body(std::move(registration));
  }
  running_.push_back(running);
  return step_of(id, running, std::move(body), kRegion);
}

Step Workload::go_on(Running& running) {
  auto id = random_id();
  auto step = [&]<class BodyT>(BodyT body, StationId station = kRegion) {
    if constexpr (requires { body.contact_id; }) body.contact_id = id_as<ContactId>(running.entity);
    if constexpr (requires { body.case_id; }) body.case_id = id_as<CaseId>(running.entity);
    if constexpr (requires { body.order_id; }) body.order_id = running.order;
    return step_of(id, running, as_body(std::move(body)), station);
  };
  if (running.contact) {
    if (running.step == 1) return step(AnswerContactT{});
    if (running.step == 2) return step(ClassifyContactT{});
    return step(EndContactT{});
  }
  switch (running.step) {
    case 1: {
      ClassifyCaseT body;
      body.programme = Programme::legal_rights;
      return step(body);
    }
    case 2: {
      TriageCaseT body;
      body.priority = Priority::ordinary;
      body.handling_class = HandlingClass::ordinary;
      body.tier = Tier::II;
      return step(body);
    }
    case 3: {
      running.order = derive<OrderId>(id, "order");
      running.station = StationId(150100 + static_cast<std::uint32_t>(chance_() % 9) * 100);
      DispatchOrderT body;
      body.station = running.station;
      return step(body);
    }
    case 4:
      return step(SignOrderT{}, running.station);
    case 5:
      return step(ContactCallerT{}, running.station);
    case 6: {
      SubmitResultT body;
      body.solved = Answer::yes;
      return step(body, running.station);
    }
    case 7:
      return step(AcceptResultT{});
    case 8:
      return step(DeliverReplyT{});
    case 9: {
      AttemptCallbackT body;
      body.result = CallbackResult::completed;
      body.solved = Answer::yes;
      body.satisfaction = static_cast<std::uint8_t>(1 + chance_() % 5);
      return step(body);
    }
    default:
      return step(CloseCaseT{});
  }
}

Buffer record_of(const Step& step, std::uint64_t registry_seq) {
  CommandHeader header{.id = step.id,
                       .entity = step.entity,
                       .fingerprint = sha256(bytes_of(step.id)),
                       .received_at = step.at,
                       .occurred_at = step.at,
                       .actor = StaffId(step.station.code() * 100 + 1),
                       .station = step.station,
                       .registry_seq = registry_seq};
  flatbuffers::FlatBufferBuilder builder(512);
  auto body = step.body.Pack(builder);
  finish_command(builder, header, step.body.type, body);
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

std::string line_of(const Step& step) {
  flatbuffers::FlatBufferBuilder builder(512);
  auto offset = step.body.Pack(builder);
  builder.Finish(offset);
  std::string body;
  std::string_view name = EnumNameCommandBody(step.body.type);
  append_json(body, *flatbuffers::GetRoot<flatbuffers::Table>(builder.GetBufferPointer()), name);
  auto add = [&](std::string_view field, std::string_view value) {
    body.pop_back();
    body += fmt::format("{}\"{}\":\"{}\"}}", body.size() > 1 ? "," : "", field, value);
  };
  if (step.body.type == CommandBody::RegisterCase) add("narrative", kWords);
  bool is_result = step.body.type == CommandBody::SubmitResult;
  if (is_result || step.body.type == CommandBody::DeliverReply) {
    add("person_id", to_text(step.youth));
    add(is_result ? "result" : "reply", kWords);
  }
  return fmt::format(R"({{"id":"{}","command":"{}","actor":{},"station":{},"body":{}}})", to_text(step.id),
                     name, step.station.code() * 100 + 1, step.station.code(), body);
}

}  // namespace toono::bench
