/* The device reports more than it ever got: 4800 frames were written, 9600 are said. Callback door and polling door. */
#include <rtmulti.h>
#include <stdio.h>
#define N RTMULTI_NUL_TERMINATED
static rtmulti_session*s; static uint64_t seg; static long long written; static int32_t w(void*u,uint64_t g,const int16_t*p,uint32_t f){(void)u;(void)p;seg=g;written+=f;return (int32_t)f;}
static int32_t cm(void*u,const rtmulti_command*c){(void)u;printf("   %s\n",c->json);return 0;}
static int32_t dg(void*u,const rtmulti_diagnostic*c){(void)u;printf("   diag %s\n",c->message);return 0;}
static void pos(void){ rtmulti_position p; p.struct_size=sizeof p; rtmulti_session_position(s,"A",N,0,&p); printf("   written %lld heard %lld est %d\n",written,(long long)p.heard_frames,p.estimated); }
int main(void){ static int16_t b[24000]; for(int poll=0;poll<2;poll++){ printf("%s\n",poll?"polling":"callbacks"); written=0; rtmulti_config c; rtmulti_config_init(&c,sizeof c); c.delivery=poll; rtmulti_session_create(&c,&s); rtmulti_sink k; rtmulti_sink_init(&k,sizeof k); k.write=w; rtmulti_session_set_sink(s,&k); rtmulti_handlers h; rtmulti_handlers_init(&h,sizeof h); h.on_command=cm;h.on_diagnostic=dg; rtmulti_session_set_handlers(s,&h); rtmulti_session_response_created(s,"r",N,0,0,0); rtmulti_session_item_added(s,"r",N,"A",N,0,1); rtmulti_session_part_added(s,"r",N,"A",N,0,1,0); rtmulti_session_audio(s,"r",N,"A",N,0,b,sizeof b); rtmulti_effect f; f.struct_size=sizeof f;
#define DRAIN while(poll&&rtmulti_session_poll(s,&f)==0){ if(f.kind==1){seg=f.segment;written+=f.frames;} if(f.kind==8)printf("   %s\n",f.command->json); if(f.kind==9)printf("   diag %s\n",f.diagnostic->message);}
 DRAIN pos(); printf("   progress(9600)=%d\n",rtmulti_session_playback_progress(s,seg,9600,RTMULTI_NOW)); pos(); printf("   finished(24000) before flush=%d\n",rtmulti_session_playback_progress(s,seg,24000,RTMULTI_NOW)); DRAIN pos(); printf("   finished(1<<40)=%d\n",rtmulti_session_playback_finished(s,seg,1ll<<40,0,RTMULTI_NOW)); DRAIN pos(); rtmulti_session_destroy(s);} return 0; }
