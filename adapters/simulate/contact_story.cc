// A contact, from the first ring to its end, and the case that may come of it.
#include "adapters/simulate/stories.h"
#include "adapters/simulate/words.h"

namespace toono::simulate {
namespace {

constexpr std::uint64_t kContactStream = 1'000'000;

// Until somebody answers; Mongolian has fewer agents.
constexpr Spread kWaitZh = {1 * kSecondMs, 6 * kSecondMs, 13 * kSecondMs, 70 * kSecondMs};
constexpr Spread kWaitMn = {2 * kSecondMs, 10 * kSecondMs, 34 * kSecondMs, 180 * kSecondMs};
constexpr Spread kWaitWritten = {10 * kSecondMs, 70 * kSecondMs, 170 * kSecondMs, 1500 * kSecondMs};
constexpr Spread kPatience = {2 * kSecondMs, 14 * kSecondMs, 45 * kSecondMs, 160 * kSecondMs};
constexpr Spread kBriefTalk = {5 * kSecondMs, 25 * kSecondMs, 90 * kSecondMs, 240 * kSecondMs};
constexpr Spread kTalk = {2 * kMinuteMs, 8 * kMinuteMs, 24 * kMinuteMs, 55 * kMinuteMs};

Channel channel_of(Chance& chance) {
  return chance.pick<Channel>({{Channel::phone, 820},
                               {Channel::chat, 80},
                               {Channel::text, 40},
                               {Channel::online, 30},
                               {Channel::visit, 15},
                               {Channel::mailbox, 10},
                               {Channel::letter, 5}});
}

ContactClass class_of(Chance& chance) {
  return chance.pick<ContactClass>({{ContactClass::counselling, 520},
                                    {ContactClass::silent, 170},
                                    {ContactClass::blank, 70},
                                    {ContactClass::joke, 85},
                                    {ContactClass::hang_up, 50},
                                    {ContactClass::wrong_number, 75},
                                    {ContactClass::abusive, 20},
                                    {ContactClass::test, 10}});
}

Programme programme_of(Chance& chance) {
  return chance.pick<Programme>({{Programme::psychological_counselling, 46},
                                 {Programme::legal_rights, 17},
                                 {Programme::anti_drug_and_aids, 5},
                                 {Programme::adolescence_education, 9},
                                 {Programme::family_education, 18},
                                 {Programme::other, 5}});
}

struct Contact {
  Channel channel = Channel::phone;
  Language language = Language::zh;
  StationId station;
  std::string phone;
  Person* person = nullptr;
  Posted posted;
};

Contact ring(World& world, Course& course) {
  auto& chance = course.chance;
  const auto& region = world.stage.region();
  Contact contact;
  contact.channel = channel_of(chance);
  contact.language = chance.in_1000(125) ? Language::mn : Language::zh;
  contact.station = region.top();
  // Who comes in person comes to the league's station.
  if (contact.channel == Channel::visit || chance.in_1000(40)) contact.station = region.origin(chance).league;
  if (chance.in_1000(170)) contact.person = world.people.known(chance);
  if (contact.person) {
    contact.language = contact.person->language;
    contact.phone = contact.person->phone;
  } else if (chance.in_1000(880)) {
    contact.phone = world.people.new_phone();
  }
  Line line("OfferContact", course.somebody(contact.station));
  line.word("channel", EnumNameChannel(contact.channel)).word("language", EnumNameLanguage(contact.language));
  if (contact.channel == Channel::phone) line.text("dialled", "0471-12355");
  if (!contact.phone.empty()) line.text("phone", contact.phone);
  contact.posted = course.post(line);
  return contact;
}

ContactId id_of(const Contact& contact) { return id_as<ContactId>(contact.posted.entity); }

Line about(std::string_view command, const Contact& contact, Course& course) {
  Line line(command, course.somebody(contact.station));
  line.id("contact_id", id_of(contact));
  return line;
}

const Spread& wait_for(const Contact& contact) {
  if (contact.channel != Channel::phone) return kWaitWritten;
  return contact.language == Language::mn ? kWaitMn : kWaitZh;
}

/// Few hang up; more of those who wait for Mongolian.
bool hangs_up(const Contact& contact, Chance& chance) {
  if (contact.channel != Channel::phone) return false;
  return chance.in_1000(contact.language == Language::mn ? 75 : 38);
}

/// True: the caller is gone.
Part<bool> abandon(Course& course, const Contact& contact) {
  co_await course.pause(course.chance.of(kPatience));
  auto gone = about("AbandonContact", contact, course);
  course.post(gone);
  if (!course.chance.in_1000(600)) co_return true;
  co_await course.pause(course.chance.between(5, 60) * kSecondMs);
  auto classify = about("ClassifyContact", contact, course);
  classify.word("class", course.chance.in_1000(800) ? "hang_up" : "silent");
  course.post(classify);
  co_return true;
}

/// The young person of the case: known already, or registered now.
Person* registered(World& world, Course& course, const Contact& contact) {
  // Who was erased while the telephone rang is somebody new.
  if (contact.person && !contact.person->is_erased) return contact.person;
  auto& chance = course.chance;
  Person person{.phone = contact.phone, .language = contact.language, .home = contact.station};
  Line line("RegisterPerson", course.somebody(contact.station));
  if (chance.in_1000(850)) line.text("name", name_of_person(contact.language, chance));
  if (!contact.phone.empty()) line.text("phone", contact.phone);
  if (chance.in_1000(60)) line.text("health_note", "自述有抑郁病史，正在服药。");
  if (chance.in_1000(900)) line.number("birth_year", year_of(course.now) - chance.between(8, 25));
  person.id = id_as<PersonId>(course.post(line).entity);
  return &world.people.add(std::move(person));
}

Part<bool> end(Course& course, const Contact& contact, const Spread& talk) {
  co_await course.pause(course.chance.of(talk));
  auto line = about("EndContact", contact, course);
  course.post(line);
  co_return true;
}

Part<bool> live_case(CaseFile& file, Contact& contact) {
  auto intake = co_await take_in(file, contact.posted, contact.channel);
  // A letter or a message ends with its answer; a talk ended while the case was taken in.
  auto ended = about("EndContact", contact, file.course);
  file.course.post(ended);
  bool goes_on = intake != Intake::over;
  bool replied = intake == Intake::answered;
  while (goes_on) {
    if (!replied) {
      bool accepted = co_await work_on(file);
      if (!accepted) break;
    }
    goes_on = co_await bring_home(file, replied);
    replied = false;
  }
  --file.youth->open_cases;
  co_return true;
}

/// Somebody calls again from another telephone and is registered anew; it comes out later.
void register_twice(World& world, Course& course, Contact& contact, std::uint64_t number) {
  if (contact.person || !course.chance.in_1000(40)) return;
  auto* old =
      course.chance.in_1000(120) ? world.people.alias(course.chance) : world.people.known(course.chance);
  if (!old) return;
  auto* anew = registered(world, course, contact);
  contact.person = anew;
  world.stage.begin(match_story(world, anew, old, course.now, number), course.now);
}

}  // namespace

Story contact_story(World& world, ContactPlan plan) {
  Course course(world.stage, Chance(world.seed, kContactStream + plan.number), plan.at);
  auto contact = ring(world, course);
  if (!plan.becomes_case && hangs_up(contact, course.chance)) {
    co_await abandon(course, contact);
    co_return;
  }
  co_await course.pause(course.chance.of(wait_for(contact)));
  auto answer = about("AnswerContact", contact, course);
  // Now and then only Chinese can be offered.
  if (contact.language == Language::mn && course.chance.in_1000(150)) answer.word("language", "zh");
  course.post(answer);
  co_await course.pause(course.chance.of(kBriefTalk));
  auto kind = plan.becomes_case ? ContactClass::counselling : class_of(course.chance);
  auto classify = about("ClassifyContact", contact, course);
  classify.word("class", EnumNameContactClass(kind));
  course.post(classify);
  if (!plan.becomes_case) {
    co_await end(course, contact, kind == ContactClass::counselling ? kTalk : kBriefTalk);
    co_return;
  }
  co_await course.pause(course.chance.between(1, 4) * kMinuteMs);
  register_twice(world, course, contact, plan.number);
  CaseFile file{.world = world, .course = course, .id = {}, .home = contact.station, .origin = {}};
  file.youth = registered(world, course, contact);
  file.language = contact.language;
  file.programme = programme_of(course.chance);
  co_await live_case(file, contact);
}

Story line_test_story(World& world) {
  auto last = after(world.stage.end(), -1);
  Course course(world.stage, Chance(world.seed, kContactStream - 1), after(last, -25 * kSecondMs));
  Contact contact;
  contact.station = world.stage.region().top();
  Line offer("OfferContact", course.somebody(contact.station));
  offer.word("channel", "phone").word("language", "zh").text("dialled", "0471-12355");
  contact.posted = course.post(offer);
  co_await course.pause(4 * kSecondMs);
  auto answer = about("AnswerContact", contact, course);
  course.post(answer);
  co_await course.pause(9 * kSecondMs);
  auto classify = about("ClassifyContact", contact, course);
  classify.word("class", "test");
  course.post(classify);
  co_await course.until(last);
  auto ended = about("EndContact", contact, course);
  course.post(ended);
}

}  // namespace toono::simulate
