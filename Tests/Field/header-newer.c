/* A program built against a NEWER header (one more field at the end) on this library. */
#include <rtmulti.h>
#include <stdio.h>
#include <string.h>
#define N RTMULTI_NUL_TERMINATED
struct stats2 { rtmulti_stats s; uint64_t added; }; struct pos2 { rtmulti_position s; uint64_t added; }; struct cfg2 { rtmulti_config c; uint32_t new_option, pad; }; struct eff2 { rtmulti_effect e; const char*added; }; struct ev2 { rtmulti_message e; const char*added; };
static int32_t w(void*u,uint64_t g,const int16_t*p,uint32_t f){(void)u;(void)g;(void)p;return (int32_t)f;}
int main(void){ struct cfg2 c; memset(&c,0x55,sizeof c); rtmulti_config_init(&c.c,sizeof c); printf("config_init: new_option=%x\n",c.new_option); c.new_option=1; c.c.delivery=1; rtmulti_session*s; printf("create with an option this library does not know: %d (accepted, silently ignored)\n",rtmulti_session_create(&c.c,&s));
 rtmulti_session_response_created(s,"r",N,0,NULL,0); rtmulti_session_item_added(s,"r",N,"A",N,0,1);
 struct stats2 t; memset(&t,0x55,sizeof t); t.s.struct_size=sizeof t; printf("stats=%d added=%llx struct_size=%u\n",rtmulti_session_stats(s,&t.s),(unsigned long long)t.added,t.s.struct_size);
 struct ev2 e; memset(&e,0x55,sizeof e); e.e.struct_size=sizeof e; int r=rtmulti_session_message(s,"A",N,&e.e); printf("message=%d added pointer=%p\n",r,(void*)e.added);
 struct eff2 f; memset(&f,0x55,sizeof f); f.e.struct_size=sizeof f; r=rtmulti_session_poll(s,&f.e); printf("poll=%d added pointer=%p\n",r,(void*)f.added); (void)w; rtmulti_session_destroy(s); return 0; }
