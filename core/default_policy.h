// The policy that holds until one has been published: the defaults of the field's clocks.
#pragma once

#include "schemas/registry_generated.h"

namespace toono {

/// Version "default-1". Released: another set of numbers is another version. The answer in 15 s is GB/T
/// 33358-2016's; handling in 5 working days and the rest are those of the 12345 rules of comparable services.
PolicyT default_policy();

}  // namespace toono
