#include "common.h"
/* Provider spans; the estimate runs ahead, the sink's answer brings P back to 30 ms, where no span is whole (G2).
 * Right (G2): TRUNC at 30, message partial (2) at 30 ms with text ""; text that was released before may stay released, and is flagged.
 * Today: both say "one two three ", estimated 0. */
static uint64_t seg; static int32_t w(void*u,uint64_t s,const int16_t*p,uint32_t k){(void)u;(void)p;seg=s;return k;}
static int32_t onev(void*u,const rtmulti_event*e){(void)u;if(e->kind==RTMULTI_EVENT_HEARD_TEXT)printf("  heard text \"%s\" estimated %d\n",e->text,e->estimated);if(e->kind==RTMULTI_EVENT_MESSAGE)printf("  message outcome %u heard %lld ms, text \"%s\", estimated %d, text_estimated %d\n",e->message->outcome,(long long)e->message->heard_ms,e->message->heard_text,e->message->estimated,e->message->text_estimated);return 0;}
static int32_t oncmd(void*u,const rtmulti_command*c){(void)u;if(c->kind==2)printf("  TRUNC at %lld, estimated %d\n",(long long)c->audio_end_ms,c->estimated);return 0;}
int main(void){ static int16_t au[24000]; int64_t t=1000000; rtmulti_session*s; rtmulti_session_create(NULL,&s); rtmulti_handlers h; rtmulti_handlers_init(&h,sizeof h); h.on_event=onev;h.on_command=oncmd; rtmulti_session_set_handlers(s,&h);
 rtmulti_sink k; rtmulti_sink_init(&k,sizeof k); k.write=w; rtmulti_session_set_sink(s,&k); rtmulti_session_advance(s,t);
 rtmulti_session_response_created(s,T("r"),0,NULL,0); rtmulti_session_item_added(s,T("r"),T("A"),0,1); rtmulti_session_audio(s,T("r"),T("A"),0,au,sizeof au);
 rtmulti_session_text(s,T("r"),T("A"),0,T("one "),0,50); rtmulti_session_text(s,T("r"),T("A"),0,T("two "),50,100); rtmulti_session_text(s,T("r"),T("A"),0,T("three "),100,150);
 rtmulti_session_playback_started(s,seg,RTMULTI_NOW); for(int i=0;i<16;i++){ t+=10000; rtmulti_session_advance(s,t);} 
 rtmulti_session_interrupt(s,NULL,0,1); rtmulti_session_playback_finished(s,seg,30*24,1,RTMULTI_NOW); rtmulti_session_destroy(s); return 0; }
