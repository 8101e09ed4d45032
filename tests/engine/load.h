// Random work: commands on cases, orders, referrals, contacts and people, most of them allowed, some not. One
// seed gives one history.
#pragma once

#include <random>
#include <vector>

#include "adapters/engine/founding.h"
#include "commands/command_builder.h"
#include "commands/processor.h"
#include "core/derive.h"
#include "core/partition.h"
#include "core/time.h"

namespace toono {

class Load {
 public:
  Load(std::uint64_t seed, PartitionNumber partitions) : random_(seed), partitions_(partitions) {}

  struct Sent {
    CommandId id;
    PartitionNumber partition = 0;
    Buffer record;
  };

  /// The next command, received at `now`.
  Sent next(Instant now, std::uint64_t registry_seq) {
    Sent sent;
    sent.id = new_id();
    CommandHeader header{.id = sent.id, .received_at = now, .occurred_at = now, .registry_seq = registry_seq};
    header.fingerprint = sha256(bytes_of(header.id));
    header.station = StationId(kStations[pick(10) < 7 ? 0 : pick(std::size(kStations))]);
    header.actor = founding_staff(header.station, 1 + static_cast<std::uint32_t>(pick(2)));
    auto roll = cases_.empty() || people_.empty() || contacts_.empty() ? pick(20) : pick(100);
    sent.record = roll < 20   ? founding_command(header, roll)
                  : roll < 90 ? case_command(header)
                              : other_command(header);
    sent.partition = partition_of(header.entity, partitions_);
    return sent;
  }

  /// To be told of every decision, so that later commands name what there is.
  void learn(const Answered& answered) {
    const auto& decision = *answered.decision;
    if (decision.outcome() != Outcome::accepted) return;
    auto entity = *decision.entity();
    for (const auto* event : *decision.events()) {
      if (event->body_type() == EventBody::CaseRegistered) cases_.push_back({id_as<CaseId>(entity), {}, {}});
      if (event->body_type() == EventBody::PersonRegistered) people_.push_back(id_as<PersonId>(entity));
      if (event->body_type() == EventBody::ContactOffered) contacts_.push_back(id_as<ContactId>(entity));
      if (const auto* body = event->body_as_OrderDispatched())
        for (auto& known : cases_)
          if (id_as<EntityId>(known.id) == entity) known.orders.push_back(*body->order_id());
      if (const auto* body = event->body_as_ReferralPrepared())
        for (auto& known : cases_)
          if (id_as<EntityId>(known.id) == entity) known.referrals.push_back(*body->referral_id());
    }
  }

  std::size_t pick(std::size_t below) { return static_cast<std::size_t>(random_() % below); }

 private:
  static constexpr std::uint32_t kStations[] = {150000, 150100, 150200, 150102};
  struct Known {
    CaseId id;
    std::vector<OrderId> orders;
    std::vector<ReferralId> referrals;
  };

  CommandId new_id() {
    std::uint64_t words[2] = {random_(), random_()};
    return id_from<CommandId>({reinterpret_cast<const std::uint8_t*>(words), 16});
  }
  template <class T>
  const T& any(const std::vector<T>& list) {
    return list[pick(list.size())];
  }

  Buffer founding_command(CommandHeader& header, std::size_t roll) {
    header.entity = derive<EntityId>(header.id, "entity");
    if (roll % 4 == 0) {
      RegisterPersonT body;
      body.person_id = id_as<PersonId>(header.entity);
      body.birth_year = 2010;
      return command_record(header, body);
    }
    if (roll % 4 == 1) {
      OfferContactT body;
      body.channel = static_cast<Channel>(pick(7));
      return command_record(header, body);
    }
    RegisterCaseT body;
    body.programme = static_cast<Programme>(pick(6));
    return command_record(header, body);
  }

  template <class BodyT>
  Buffer on_case(CommandHeader& header, const Known& known, BodyT body = {}) {
    header.entity = id_as<EntityId>(known.id);
    body.case_id = known.id;
    if constexpr (requires { body.order_id; })
      if (!known.orders.empty())
        body.order_id =
            known.orders[known.orders.size() - 1 - pick(std::min<std::size_t>(2, known.orders.size()))];
    if constexpr (requires { body.referral_id; })
      if (!known.referrals.empty()) body.referral_id = known.referrals.back();
    return command_record(header, body);
  }

  Buffer case_command(CommandHeader& header) {
    // Few cases at a time, so that some of them come far.
    const auto& known = cases_[cases_.size() - 1 - pick(std::min<std::size_t>(30, cases_.size()))];
    switch (known.orders.empty() ? pick(4) : pick(22)) {
      case 0: {
        TriageCaseT body;
        body.priority = static_cast<Priority>(pick(3));
        body.handling_class = static_cast<HandlingClass>(pick(4));
        body.tier = Tier::II;
        return on_case(header, known, body);
      }
      case 1:
      case 2: {
        DispatchOrderT body;
        body.station = StationId(pick(2) == 0 ? 150100 : 150200);
        return on_case(header, known, body);
      }
      case 3: {
        PrepareReferralT body;
        body.line = static_cast<ReferralLine>(pick(8));
        return on_case(header, known, body);
      }
      case 4:
      case 5:
        return on_case<SignOrderT>(header, known);
      case 6: {
        DelegateOrderT body;
        body.station = StationId(150102);
        return on_case(header, known, body);
      }
      case 7:
      case 8:
        return on_case<ContactCallerT>(header, known);
      case 9:
      case 10: {
        SubmitResultT body;
        body.solved = static_cast<Answer>(1 + pick(2));
        return on_case(header, known, body);
      }
      case 11:
        return on_case<AcceptResultT>(header, known);
      case 12:
        return on_case<DeliverReplyT>(header, known);
      case 13: {
        AttemptCallbackT body;
        body.result = static_cast<CallbackResult>(pick(3));
        body.solved = Answer::yes;
        body.satisfaction = 5;
        return on_case(header, known, body);
      }
      case 14:
        return on_case<CloseCaseT>(header, known);
      case 15:
        return on_case<AskReturnT>(header, known);
      case 16: {
        RuleOnReturnT body;
        body.upheld = pick(2) == 0;
        return on_case(header, known, body);
      }
      case 17:
        return on_case<SendReferralT>(header, known);
      case 18:
        return on_case<EscalateOrderT>(header, known);
      case 19: {
        AssessRiskT body;
        body.tool = "C-SSRS";
        body.level = static_cast<RiskLevel>(1 + pick(4));
        return on_case(header, known, body);
      }
      case 20:
        return on_case<ReopenCaseT>(header, known);
      default:
        return on_case<RecallOrderT>(header, known);
    }
  }

  Buffer other_command(CommandHeader& header) {
    auto person = any(people_);
    auto contact = any(contacts_);
    auto roll = pick(6);
    header.entity = roll < 2 ? id_as<EntityId>(person) : id_as<EntityId>(contact);
    if (roll == 0) {
      ErasePersonT body;
      body.person_id = person;
      body.ground = "asked for";
      body.all_classes = pick(2) == 0;
      body.class_ = static_cast<SealClass>(pick(3));
      return command_record(header, body);
    }
    if (roll == 1) {
      MatchPersonT body;
      body.person_id = person;
      body.same_as = any(people_);
      return command_record(header, body);
    }
    if (roll == 2) {
      EndContactT body;
      body.contact_id = contact;
      return command_record(header, body);
    }
    AnswerContactT body;
    body.contact_id = contact;
    return command_record(header, body);
  }

  std::mt19937_64 random_;
  PartitionNumber partitions_;
  std::vector<Known> cases_;
  std::vector<PersonId> people_;
  std::vector<ContactId> contacts_;
};

}  // namespace toono
