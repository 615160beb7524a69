/* Worlds and accounts as values: made, compared, and printed as a scenario. Nothing here knows a rule. */
#include "world.h"

#include <rtmulti.h>
#include <string.h>

static const char letters[] = "abcABCxyzpqrEKNFTWIHJLPRSQklde";

bool world_knows(char letter) { return letter != '\0' && strchr(letters, letter) != NULL; }

int world_time_ms(char letter) { return letter == 'T' ? TIME_MS : letter == 'W' ? WAIT_MS : 0; }

static bool has_come(const struct world *world, int step, char letter) {
  return memchr(world->events, letter, (size_t)step) != NULL;
}

int world_cut_by_server(const struct world *world, int step) {
  const int item = world->events[step] - 'k';
  if (item < 0 || item > 1) return -1;
  return has_come(world, step, (char)('A' + item)) ? item : -1;
}

int world_dropped_by_server(const struct world *world, int step) {
  const int item = world->events[step] - 'd';
  if (item < 0 || item > 1) return -1;
  const bool is_known = has_come(world, step, (char)('a' + item)) || has_come(world, step, (char)('A' + item)) ||
                        has_come(world, step, (char)('x' + item));
  return is_known ? item : -1;
}

void world_make(struct world *world, const char *events, size_t count, uint32_t server, bool is_gapless) {
  memset(world, 0, sizeof *world);
  memcpy(world->events, events, count);
  /* A response that was never created does not end. */
  const bool has_second = memchr(events, 'N', count) != NULL;
  for (const char *letter = WORLD_TAIL; *letter != '\0'; letter++) {
    if (*letter != 'F' || has_second) world->events[strlen(world->events)] = *letter;
  }
  world->own_count = count;
  world->server = server;
  world->is_gapless = is_gapless;
}

/* ---- accounts ---- */

void account_tell(struct account *account, struct told told) {
  if (account->count < TOLD_LIMIT) account->told[account->count] = told;
  account->count += 1; /* past the limit it differs from any that is not */
}

enum told_family account_family(enum told_kind kind) {
  switch (kind) {
    case TOLD_CANCEL:
    case TOLD_TRUNCATE:
    case TOLD_DELETE:
    case TOLD_CLEAR_OUTPUT:
    case TOLD_SYNC: return FAMILY_COMMAND;
    case TOLD_MESSAGE: return FAMILY_RECORD;
    case TOLD_STARTED:
    case TOLD_STOPPED:
    case TOLD_SETTLED: return FAMILY_STATE;
    case TOLD_CLEAR: return FAMILY_SINK;
    case TOLD_DIFFERS:
    case TOLD_MISSING_DONE: return FAMILY_DIAGNOSTIC;
  }
  return FAMILY_COUNT;
}

/* "AB" as "A B", the way in which a scenario lists ids. */
static void spell(const char *letters_of, char *words, size_t size) {
  size_t used = 0;
  words[0] = '\0';
  for (; *letters_of != '\0' && used + 2 < size; letters_of++) {
    if (used > 0) words[used++] = ' ';
    words[used++] = *letters_of;
    words[used] = '\0';
  }
}

/* One thing told as a scenario's line, without the `<`. */
static void describe(const struct told *told, char *line, size_t size) {
  static const char *const outcomes[] = {"pending", "full", "partial", "skipped", "text_only"};
  const char item = (char)('A' + told->subject);
  const int response = told->subject + 1;
  char kept[2 * ITEM_COUNT + 1], dropped[2 * ITEM_COUNT + 1];
  switch (told->kind) {
    case TOLD_CANCEL: snprintf(line, size, "cancel r%d", response); break;
    case TOLD_CLEAR_OUTPUT: snprintf(line, size, "clear_output r%d", response); break;
    case TOLD_TRUNCATE: snprintf(line, size, "truncate %c content=0 ms=%d", item, told->ms); break;
    case TOLD_DELETE: snprintf(line, size, "delete %c", item); break;
    case TOLD_SYNC:
      spell(told->kept, kept, sizeof kept);
      spell(told->dropped, dropped, sizeof dropped);
      snprintf(line, size, "sync \"%s\" \"%s\"", kept, dropped);
      break;
    case TOLD_MESSAGE:
      if (told->outcome == RTMULTI_OUTCOME_SKIPPED) {
        snprintf(line, size, "skipped %c", item);
      } else {
        snprintf(line, size, "message %c %s ms=%d", item, outcomes[told->outcome], told->ms);
      }
      break;
    case TOLD_STARTED: snprintf(line, size, "speaking_started r%d", response); break;
    case TOLD_STOPPED: snprintf(line, size, "speaking_stopped r%d", response); break;
    case TOLD_SETTLED: snprintf(line, size, "settled r%d", response); break;
    case TOLD_CLEAR: snprintf(line, size, "clear %c", item); break;
    case TOLD_DIFFERS: snprintf(line, size, "diagnostic memory_differs"); break;
    case TOLD_MISSING_DONE: snprintf(line, size, "diagnostic missing_done"); break;
  }
}

/* The next thing told of this family from `from` on; account->count if there is none. */
static size_t next_of(const struct account *account, enum told_family family, size_t from) {
  while (from < account->count && account_family(account->told[from].kind) != family) from += 1;
  return from;
}

static bool is_same(const struct told *one, const struct told *other) {
  return one->kind == other->kind && one->step == other->step && one->subject == other->subject &&
         one->outcome == other->outcome && one->ms == other->ms && one->texts == other->texts &&
         strcmp(one->kept, other->kept) == 0 && strcmp(one->dropped, other->dropped) == 0;
}

static void describe_at(const struct account *account, size_t place, const struct world *world, char *line,
                        size_t size) {
  if (place >= account->count) {
    snprintf(line, size, "nothing more");
    return;
  }
  char what[64];
  const struct told *told = &account->told[place];
  describe(told, what, sizeof what);
  snprintf(line, size, "`%s` with %d pieces of text at event %d (%c)", what, told->texts, told->step + 1,
           world->events[told->step]);
}

bool accounts_differ(const struct account *expected, const struct account *came, const struct world *world,
                     char *sentence, size_t size) {
  if (expected->count > TOLD_LIMIT || came->count > TOLD_LIMIT) {
    snprintf(sentence, size, "more was told than an account can hold");
    return true;
  }
  for (int family = 0; family < FAMILY_COUNT; family++) {
    size_t left = 0, right = 0;
    for (;;) {
      left = next_of(expected, (enum told_family)family, left);
      right = next_of(came, (enum told_family)family, right);
      if (left == expected->count && right == came->count) break;
      if (left == expected->count || right == came->count ||
          !is_same(&expected->told[left], &came->told[right])) {
        char wanted[128], got[128];
        describe_at(expected, left, world, wanted, sizeof wanted);
        describe_at(came, right, world, got, sizeof got);
        snprintf(sentence, size, "%s was expected, came %s", wanted, got);
        return true;
      }
      left += 1, right += 1;
    }
  }
  for (int item = 0; item < ITEM_COUNT; item++) {
    if (expected->heard_ms[item] == came->heard_ms[item]) continue;
    snprintf(sentence, size, "%d ms of %c were expected to be heard, the sink played %d",
             expected->heard_ms[item], 'A' + item, came->heard_ms[item]);
    return true;
  }
  return false;
}

/* ---- as a scenario ---- */

static void print_config(FILE *file, const struct world *world) {
  static const struct {
    uint32_t bit;
    const char *word;
  } words[] = {{RTMULTI_SERVER_TRUNCATES, "truncate"},
               {RTMULTI_SERVER_DELETES, "delete"},
               {RTMULTI_SERVER_SYNCS, "sync"},
               {RTMULTI_SERVER_INTERRUPTS, "interrupts"},
               {RTMULTI_SERVER_OWNS_PLAYOUT, "owns_playout"}};
  fprintf(file, "config server=");
  const char *comma = "";
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if ((world->server & words[i].bit) == 0) continue;
    fprintf(file, "%s%s", comma, words[i].word);
    comma = ",";
  }
  fprintf(file, "%s gapless=%s\n", world->server == 0 ? "none" : "", world->is_gapless ? "yes" : "no");
}

static void print_event(FILE *file, char letter, int response_of_others) {
  if (letter >= 'a' && letter <= 'c') {
    const int index = letter - 'a';
    fprintf(file, "> item r%d %c index=%d\n> part %c content=0 type=audio\n",
            index == 0 ? 1 : response_of_others, 'A' + index, index, 'A' + index);
    return;
  }
  if (letter >= 'A' && letter <= 'C') fprintf(file, "> audio %c %d\n", letter, AUDIO_MS);
  if (letter >= 'x' && letter <= 'z') fprintf(file, "> text %c \"%s\"\n", 'A' + letter - 'x', WORLD_TEXT);
  if (letter >= 'p' && letter <= 'r') {
    fprintf(file, "> part_done %c\n> item_done %c\n", 'A' + letter - 'p', 'A' + letter - 'p');
  }
  switch (letter) {
    case 'E': fprintf(file, "> response_done r1\n"); break;
    case 'K': fprintf(file, "> response_done r1 status=cancelled\n"); break;
    case 'N': fprintf(file, "> response r2\n"); break;
    case 'F': fprintf(file, "> response_done r2\n"); break;
    case 'T':
    case 'W': fprintf(file, "> advance %d\n", world_time_ms(letter)); break;
    case 'I': fprintf(file, "> interrupt\n"); break;
    case 'H': fprintf(file, "> interrupt host\n"); break;
    case 'J': fprintf(file, "> interrupt r1\n"); break;
    case 'L': fprintf(file, "> interrupt r2\n"); break;
    case 'P': fprintf(file, "> pause\n"); break;
    case 'R': fprintf(file, "> resume\n"); break;
    case 'S': fprintf(file, "> swap_sink\n"); break;
    case 'Q': fprintf(file, "> close\n"); break;
    default: break;
  }
}

/* What is expected during one event; a family that is silent there is said to be so. */
static void print_block(FILE *file, const struct account *expected, int step) {
  bool has_command = false, has_record = false;
  for (size_t i = 0; i < expected->count && i < TOLD_LIMIT; i++) {
    const struct told *told = &expected->told[i];
    if (told->step != step) continue;
    /* A block that shows one of these would have to show all writes or all diagnostics. */
    const enum told_family family = account_family(told->kind);
    if (family == FAMILY_SINK || family == FAMILY_DIAGNOSTIC) continue;
    char line[64];
    describe(told, line, sizeof line);
    fprintf(file, "< %s\n", line);
    if (family == FAMILY_COMMAND) has_command = true;
    if (family == FAMILY_RECORD) has_record = true;
  }
  if (!has_command) fprintf(file, "< no command\n");
  if (!has_record) fprintf(file, "< no record\n");
}

void world_print_scenario(FILE *file, const struct world *world, const struct account *expected) {
  fprintf(file, "# the small world %.*s\n", (int)world->own_count, world->events);
  print_config(file, world);
  fprintf(file, "> response r1\n");
  int response_of_others = 1;
  for (int step = 0; world->events[step] != '\0'; step++) {
    const char letter = world->events[step];
    if (letter == 'N') response_of_others = 2;
    print_event(file, letter, response_of_others);
    if (world_cut_by_server(world, step) >= 0)
      fprintf(file, "> truncated %c %d\n", 'A' + world_cut_by_server(world, step), SERVER_CUT_MS);
    if (world_dropped_by_server(world, step) >= 0)
      fprintf(file, "> deleted %c\n", 'A' + world_dropped_by_server(world, step));
    print_block(file, expected, step);
  }
}
