/* Does a call that is right in itself, and is refused for the state of things, say so, and does a callback's mistake come
 * as a diagnostic with a sentence of its own? What is wrong with an argument is sentences.c's. */
#include "refuses.h"

static void check_polling_and_pausing(void) {
  struct conversation conversation;
  rtmulti_sink sink = plain_sink();
  sink.flags &= ~(uint32_t)RTMULTI_SINK_CAN_PAUSE;
  converse_as(&conversation, NULL, NULL, sink);
  session = conversation.session;
  REFUSES(UNSUPPORTED, rtmulti_session_pause(session),
          "This sink cannot pause; set one that has RTMULTI_SINK_CAN_PAUSE among its flags.");
  rtmulti_effect effect = {.struct_size = sizeof effect};
  REFUSES(UNSUPPORTED, rtmulti_session_poll(session, &effect),
          "This session delivers by callback; to poll, create it with config.delivery = RTMULTI_DELIVER_BY_POLLING.");
  effect.struct_size = 0;
  REFUSES(INVALID, rtmulti_session_poll(session, &effect),
          "effect.struct_size is 0; fill it with rtmulti_effect_init(&effect, sizeof effect).");
  REFUSES(INVALID, rtmulti_session_poll_accept(session, 1),
          "There is no write to accept frames of: rtmulti_session_poll_accept comes right behind the poll of a WRITE.");
  part(&conversation);
}

static void check_numbered_packets(void) {
  struct conversation conversation;
  rtmulti_format opus;
  rtmulti_format_init(&opus, sizeof opus);
  opus.codec = RTMULTI_CODEC_OPUS;
  converse_as(&conversation, NULL, &opus, plain_sink());
  session = conversation.session;
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r"));
  static const unsigned char packet[] = {0xf8, 0xff, 0xfe};
  rtmulti_format pcm;
  rtmulti_format_init(&pcm, sizeof pcm);
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_part_added(session, TEXT("r"), TEXT("A"), 5, RTMULTI_PART_AUDIO, &pcm));
  REFUSES(UNSUPPORTED, rtmulti_session_packet(session, TEXT("r"), TEXT("A"), 5, packet, sizeof packet, 1, 960),
          "Packets with numbers are raw Opus, and this part has another format; give it to rtmulti_session_audio.");
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_packet(session, TEXT("r"), TEXT("A"), 0, packet, sizeof packet, 1, 960));
  REFUSES(INVALID, rtmulti_session_audio(session, TEXT("r"), TEXT("A"), 0, packet, sizeof packet),
          "This part gets its packets with their numbers; go on with rtmulti_session_packet.");
  CHECK_EQUAL(RTMULTI_OK, rtmulti_session_audio(session, TEXT("r"), TEXT("B"), 0, packet, sizeof packet));
  REFUSES(INVALID, rtmulti_session_packet(session, TEXT("r"), TEXT("B"), 0, packet, sizeof packet, 1, 960),
          "This part gets its packets without numbers; go on with rtmulti_session_audio.");
  part(&conversation);
}

/* ---- what callbacks do wrong: the sentence is the diagnostic's ---- */

static int32_t keeps_sentence(struct conversation *conversation, const rtmulti_effect *effect) {
  if (effect->kind == RTMULTI_EFFECT_DIAGNOSTIC)
    snprintf(conversation->memory, 400, "%s", effect->diagnostic->message);
  return 0;
}

/* A write that says it took more than it was offered: what was offered counts, and one diagnostic says so. */
static int32_t greedy(struct conversation *conversation, const rtmulti_effect *effect) {
  keeps_sentence(conversation, effect);
  return effect->kind == RTMULTI_EFFECT_WRITE ? (int32_t)effect->frames + 100 : 0;
}

/* From inside a callback an input is queued, and refused later. */
static int32_t says_garbage(struct conversation *conversation, const rtmulti_effect *effect) {
  if (effect->kind == RTMULTI_EFFECT_WRITE)
    CHECK_EQUAL(RTMULTI_QUEUED,
                rtmulti_session_receive_json(conversation->session, TEXT("{\"type\":\"response.audio.delta\"}")));
  return keeps_sentence(conversation, effect);
}

static int32_t says_half_a_character(struct conversation *conversation, const rtmulti_effect *effect) {
  if (effect->kind == RTMULTI_EFFECT_WRITE)
    CHECK_EQUAL(RTMULTI_QUEUED,
                rtmulti_session_text(conversation->session, TEXT("r"), TEXT("A"), 0, TEXT("\xff"), -1, -1));
  return keeps_sentence(conversation, effect);
}

static void check_callback(int32_t (*inside)(struct conversation *, const rtmulti_effect *), rtmulti_result told,
                           const char *sentence) {
  struct conversation conversation;
  char said[400] = "";
  converse_as(&conversation, NULL, NULL, plain_sink());
  conversation.memory = said;
  conversation.inside = inside;
  CHECK_EQUAL(RTMULTI_OK, say_response(&conversation, "r"));
  CHECK_EQUAL(RTMULTI_OK, say_audio(&conversation, "r", "A", 100 * FRAMES_PER_MS));
  if (told != RTMULTI_OK) CHECK_EQUAL(told, conversation.told);
  if (!CHECK(strstr(said, sentence) != NULL)) printf("  said: %s\n", said);
  part(&conversation);
}

int main(void) {
  check_polling_and_pausing();
  check_numbered_packets();
  check_callback(greedy, RTMULTI_OK, "more frames than it was offered");
  check_callback(says_garbage, RTMULTI_ERROR_INVALID,
                 "The event \"response.audio.delta\" has no \"delta\", which an event of this type must have; give each "
                 "event as the server sent it.");
  check_callback(says_half_a_character, RTMULTI_ERROR_INVALID, "is not UTF-8; convert it.");
  return check_end("sentences of states");
}
