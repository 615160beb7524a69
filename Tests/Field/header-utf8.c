#include <rtmulti.h>
#include <stdio.h>
#include <string.h>
#define N RTMULTI_NUL_TERMINATED
static rtmulti_session*s; static uint64_t seg; static int16_t pcm[24000];
static void hex(const char*k,const char*p,size_t n){ printf("%s[%zu]=",k,n); for(size_t i=0;i<n;i++) printf((p[i]>=32&&p[i]<127)?"%c":"\\x%02x",(unsigned char)p[i]); puts(""); }
static int32_t w(void*u,uint64_t g,const int16_t*p,uint32_t f){(void)u;(void)p;seg=g;return (int32_t)f;}
static int32_t clr(void*u,uint64_t g){(void)u;rtmulti_session_playback_finished(s,g,9600,1,RTMULTI_NOW);return 0;}
static int32_t ev(void*u,const rtmulti_event*e){(void)u; if(e->kind==5||e->kind==6||e->kind==7){ printf("event %u ",e->kind); hex("item",e->item_id,e->item_id_size); if(e->kind==6) hex("  heard",e->message->heard_text,e->message->heard_text_size); else hex("  text",e->text,e->text_size); if(e->kind==7) hex("  args",e->arguments,e->arguments_size); if(e->kind==6) hex("  reason",e->message->reason,e->message->reason_size);} return 0;}
static int32_t cmd(void*u,const rtmulti_command*c){(void)u; hex("json",c->json,c->json_size); return 0;}
static int32_t dg(void*u,const rtmulti_diagnostic*c){(void)u; printf("diag %s ",rtmulti_diagnostic_name(c->kind)); hex("m",c->message,c->message_size); return 0;}
int main(void){ rtmulti_session_create(NULL,&s); rtmulti_sink k; rtmulti_sink_init(&k,sizeof k); k.write=w;k.clear=clr; rtmulti_session_set_sink(s,&k); rtmulti_handlers h; rtmulti_handlers_init(&h,sizeof h); h.on_event=ev;h.on_command=cmd;h.on_diagnostic=dg; rtmulti_session_set_handlers(s,&h);
 const char*id="A\xff\xc3"; printf("created %d\n",rtmulti_session_response_created(s,"r\xfe",N,0,NULL,0)); printf("item %d\n",rtmulti_session_item_added(s,"r\xfe",N,id,N,0,1)); rtmulti_session_part_added(s,"r\xfe",N,id,N,0,1,NULL); rtmulti_session_audio(s,"r\xfe",N,id,N,0,pcm,sizeof pcm);
 printf("text bad %d\n",rtmulti_session_text(s,"r\xfe",N,id,N,0,"gr\xc3",3,0,200)); printf("text rest %d\n",rtmulti_session_text(s,"r\xfe",N,id,N,0,"\xbc\xc3\x9f""e \xff\xfe end",N,200,900)); 
 printf("emb NUL id %d\n",rtmulti_session_item_added(s,"r\xfe",N,"B\0x",3,1,1));
 printf("fc %d\n",rtmulti_session_function_call(s,"r\xfe",N,"F",N,"c\xff",N,"n",N,"{\xff}",N));
 rtmulti_session_playback_progress(s,seg,9600,RTMULTI_NOW); rtmulti_session_interrupt(s,NULL,0,1); rtmulti_session_response_done(s,"r\xfe",N,1,"why\xff",N); rtmulti_session_close(s);
 const char*t;size_t n; rtmulti_session_generated_text(s,id,N,&t,&n); hex("generated",t,n); rtmulti_session_heard_text(s,id,N,&t,&n); hex("heard",t,n); rtmulti_session_destroy(s); return 0; }
