// The views of each kind of entity, one function a kind: called by views.cc only.
#pragma once

#include "projections/views.h"

namespace toono {

void write_case_rows(const CaseStateT& state, PartitionNumber partition, RowBatch& rows);
void write_contact_rows(const ContactStateT& state, PartitionNumber partition, RowBatch& rows);
void write_person_rows(const PersonStateT& state, PartitionNumber partition, RowBatch& rows);
void contribute(const CaseStateT& state, std::vector<Contribution>& list);
void contribute(const ContactStateT& state, std::vector<Contribution>& list);

}  // namespace toono
