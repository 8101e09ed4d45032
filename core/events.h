// The table of events: every event of the schema under the entity whose state it changes. A row that is
// missing here fails to compile in evolve.cc; an event is added as docs/adding.md says.
#pragma once

// clang-format off
#define TOONO_CONTACT_EVENTS(X) \
  X(ContactOffered)             \
  X(ContactAnswered)            \
  X(ContactAbandoned)           \
  X(ContactClassified)          \
  X(ContactLinkedToCase)        \
  X(ContactEnded)

#define TOONO_PERSON_EVENTS(X) \
  X(PersonRegistered)          \
  X(PersonMatchRequested)      \
  X(PersonMatchAccepted)       \
  X(PersonMatched)             \
  X(PersonMatchRefused)        \
  X(PersonErased)              \
  X(SubjectKeysDestroyed)

#define TOONO_CASE_EVENTS(X) \
  X(CaseRegistered)          \
  X(CaseDeclined)            \
  X(CaseAnsweredOnSpot)      \
  X(CaseClassified)          \
  X(CaseTerritorySet)        \
  X(CaseTriaged)             \
  X(PartyAdded)              \
  X(CasesLinked)             \
  X(RiskAssessed)            \
  X(RiskLevelOverridden)     \
  X(ReplyApproved)           \
  X(ReplyDelivered)          \
  X(CallbackAttempted)       \
  X(CallbackCompleted)       \
  X(CallbackExhausted)       \
  X(ReworkOrdered)           \
  X(ProblemOrderMarked)      \
  X(FollowUpScheduled)       \
  X(FollowUpHeld)            \
  X(FollowUpMissed)          \
  X(CaseClosed)              \
  X(CaseReopened)            \
  X(CaseWithdrawn)           \
  X(FactCorrected)           \
  X(OrderDispatched)         \
  X(OrderSigned)             \
  X(OrderReturnAsked)        \
  X(OrderReturnUpheld)       \
  X(OrderReturnRefused)      \
  X(OrderFinallyDesignated)  \
  X(OrderDelegated)          \
  X(HandlerAssigned)         \
  X(HandlerReassigned)       \
  X(CallerFirstContacted)    \
  X(CallerContactTried)      \
  X(ProgressLogged)          \
  X(ServiceSessionHeld)      \
  X(ServiceSessionMissed)    \
  X(ServiceSessionCancelled) \
  X(ResultSubmitted)         \
  X(ResultAccepted)          \
  X(ResultSentBack)          \
  X(OrderEscalated)          \
  X(OrderUrged)              \
  X(SupervisionLevelRaised)  \
  X(OrderRecalled)           \
  X(SignDeadlineMissed)      \
  X(HandleDeadlineNear)      \
  X(HandleDeadlineMissed)    \
  X(DeadlineMissWithdrawn)   \
  X(DeadlineRecalculated)    \
  X(ReferralPrepared)        \
  X(ReferralSent)            \
  X(ReferralDelivered)       \
  X(ReferralReceived)        \
  X(ReferralAccepted)        \
  X(ReferralRefused)         \
  X(ReferralInterimReported) \
  X(ReferralOutcomeReported) \
  X(ReferralLoopClosed)      \
  X(ReferralRecalled)        \
  X(ReferralNoReply)

#define TOONO_REGISTRY_EVENTS(X) \
  X(StationOpened)               \
  X(StationParentChanged)        \
  X(StationSuspended)            \
  X(StaffAppointed)              \
  X(StaffLeft)                   \
  X(PolicyPublished)             \
  X(CalendarPublished)
// clang-format on

/// Events of any entity that change no state beyond its version.
#define TOONO_COMMON_EVENTS(X) X(AccessUsed) X(RegistryAdvanced)
