// Maps and sets by id that stand in one piece of memory: most questions to them are answered by one cache
// line, and what is put in costs no allocation of its own.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "core/ids.h"

namespace toono {

/// Pointers and references to what is in them last until the next insertion.
template <ByteId Id, class Value>
using IdMap = boost::unordered_flat_map<Id, Value, IdHash>;
template <ByteId Id>
using IdSet = boost::unordered_flat_set<Id, IdHash>;

}  // namespace toono
