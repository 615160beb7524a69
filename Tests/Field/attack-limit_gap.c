#include "common.h"
/* max_response_ms: the delta that passes it is refused; a shorter one behind it is taken. What does the server believe?
 * Right (A13): the part is cut at 900 ms: the last delta is not taken, 900 ms are written, the message is partial (2) with 900 of 900 ms, and one
 * TRUNC at 900 says so. Today: 1000 ms with a hole, full (1), no command. */
static int16_t got[96000]; static long n; static uint64_t seg;
static int32_t w(void*u,uint64_t s,const int16_t*p,uint32_t k){(void)u;seg=s;memcpy(got+n,p,k*2);n+=k;return k;}
static int32_t onev(void*u,const rtmulti_event*e){(void)u;if(e->kind==RTMULTI_EVENT_MESSAGE)printf("  message %s outcome %u heard %lld ms of %lld\n",e->item_id,e->message->outcome,(long long)e->message->heard_ms,(long long)e->message->received_ms);return 0;}
static int32_t oncmd(void*u,const rtmulti_command*c){(void)u;printf("  command: %s\n",c->json);return 0;}
static int32_t ondi(void*u,const rtmulti_diagnostic*d){(void)u;printf("  diagnostic %s\n",rtmulti_diagnostic_name(d->kind));return 0;}
int main(void){ static int16_t au[48000]; for(int i=0;i<48000;i++) au[i]=i; rtmulti_session*s; rtmulti_config cf; rtmulti_config_init(&cf,sizeof cf); cf.write_ahead_ms=RTMULTI_UNLIMITED; cf.max_response_ms=1000; rtmulti_session_create(&cf,&s); rtmulti_handlers h; rtmulti_handlers_init(&h,sizeof h); h.on_diagnostic=ondi;h.on_event=onev;h.on_command=oncmd; rtmulti_session_set_handlers(s,&h);
 rtmulti_sink k; rtmulti_sink_init(&k,sizeof k); k.write=w; rtmulti_session_set_sink(s,&k);
 rtmulti_session_response_created(s,T("r"),0,NULL,0); rtmulti_session_item_added(s,T("r"),T("A"),0,1);
 printf("0-900 ms: %s\n",rtmulti_result_name(rtmulti_session_audio(s,T("r"),T("A"),0,au,900*48)));
 printf("900-1400 ms: %s\n",rtmulti_result_name(rtmulti_session_audio(s,T("r"),T("A"),0,au+900*24,500*48)));
 printf("1400-1500 ms: %s\n",rtmulti_result_name(rtmulti_session_audio(s,T("r"),T("A"),0,au+1400*24,100*48)));
 rtmulti_session_item_done(s,T("A")); rtmulti_session_response_done(s,T("r"),1,NULL,0);
 printf("written %ld ms; behind 900 ms comes what the server sent at %d ms\n",n/24,got[900*24]==(int16_t)(1400*24)?1400:-1);
 rtmulti_session_playback_finished(s,seg,n,0,RTMULTI_NOW); printf("the server has sent 1500 ms, the listener heard %ld\n",n/24);
 rtmulti_session_destroy(s); return 0; }
