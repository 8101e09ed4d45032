// The table of commands: name, the kind of entity that it changes, and where its id stands: a field of the
// command, or `derived` from the command's id, for what it creates. Whoever adds a command adds a row here
// and its decide() in one of the decide_*.cc files; the compiler points at what is missing.
#pragma once

// clang-format off
#define TOONO_CONTACT_COMMANDS(X) \
  X(OfferContact, derived)        \
  X(AnswerContact, contact_id)    \
  X(AbandonContact, contact_id)   \
  X(ClassifyContact, contact_id)  \
  X(LinkContact, contact_id)      \
  X(EndContact, contact_id)

#define TOONO_PERSON_COMMANDS(X)     \
  X(RegisterPerson, derived)         \
  X(MatchPerson, person_id)          \
  X(AcceptPersonMatch, person_id)    \
  X(ErasePerson, person_id)          \
  X(ConfirmKeysDestroyed, person_id)

#define TOONO_CASE_COMMANDS(X)         \
  X(RegisterCase, derived)             \
  X(DeclineCase, case_id)              \
  X(AnswerCaseOnSpot, case_id)         \
  X(ClassifyCase, case_id)             \
  X(SetTerritory, case_id)             \
  X(TriageCase, case_id)               \
  X(AddParty, case_id)                 \
  X(LinkCases, case_id)                \
  X(AssessRisk, case_id)               \
  X(OverrideRiskLevel, case_id)        \
  X(DeliverReply, case_id)             \
  X(AttemptCallback, case_id)          \
  X(OrderRework, case_id)              \
  X(HoldFollowUp, case_id)             \
  X(CloseCase, case_id)                \
  X(ReopenCase, case_id)               \
  X(WithdrawCase, case_id)             \
  X(CorrectFact, case_id)              \
  X(DispatchOrder, case_id)            \
  X(SignOrder, case_id)                \
  X(AskReturn, case_id)                \
  X(RuleOnReturn, case_id)             \
  X(DelegateOrder, case_id)            \
  X(AssignHandler, case_id)            \
  X(ContactCaller, case_id)            \
  X(LogProgress, case_id)              \
  X(RecordSession, case_id)            \
  X(SubmitResult, case_id)             \
  X(AcceptResult, case_id)             \
  X(SendBackResult, case_id)           \
  X(EscalateOrder, case_id)            \
  X(UrgeOrder, case_id)                \
  X(RaiseSupervisionLevel, case_id)    \
  X(RecallOrder, case_id)              \
  X(MarkSignDeadlineMissed, case_id)   \
  X(MarkHandleDeadlineNear, case_id)   \
  X(MarkHandleDeadlineMissed, case_id) \
  X(MarkOrderUrgeDue, case_id)         \
  X(MarkLevelRaiseDue, case_id)        \
  X(MarkFollowUpMissed, case_id)       \
  X(MarkReferralNoReply, case_id)      \
  X(PrepareReferral, case_id)          \
  X(SendReferral, case_id)             \
  X(DeliverReferral, case_id)          \
  X(ReceiveReferral, case_id)          \
  X(AcceptReferral, case_id)           \
  X(RefuseReferral, case_id)           \
  X(ReportReferralInterim, case_id)    \
  X(ReportReferralOutcome, case_id)    \
  X(CloseReferralLoop, case_id)        \
  X(RecallReferral, case_id)           \
  X(RecalculateDeadlines, case_id)
// clang-format on

/// Commands of any entity: the kind stands in the command.
#define TOONO_COMMON_COMMANDS(X) X(RecordAccess, entity_id) X(SettleAgenda, entity_id)

// clang-format off
#define TOONO_REGISTRY_COMMANDS(X)  \
  X(OpenStation, registry)          \
  X(ChangeStationParent, registry)  \
  X(SuspendStation, registry)       \
  X(AppointStaff, registry)         \
  X(RecordStaffDeparture, registry) \
  X(PublishPolicy, registry)        \
  X(PublishCalendar, registry)
// clang-format on

/// Commands to a whole partition.
#define TOONO_PARTITION_COMMANDS(X) X(AdvanceRegistry, partition)

/// What only the engine itself sends: an edge refuses it from a person.
// clang-format off
#define TOONO_INTERNAL_COMMANDS(X) \
  X(MarkSignDeadlineMissed)        \
  X(MarkHandleDeadlineNear)        \
  X(MarkHandleDeadlineMissed)      \
  X(MarkOrderUrgeDue)              \
  X(MarkLevelRaiseDue)             \
  X(MarkFollowUpMissed)            \
  X(MarkReferralNoReply)           \
  X(AcceptPersonMatch)             \
  X(ConfirmKeysDestroyed)          \
  X(SettleAgenda)                  \
  X(AdvanceRegistry)               \
  X(RecalculateDeadlines)
// clang-format on
