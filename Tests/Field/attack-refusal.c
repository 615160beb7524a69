#include "common.h"
/* a hostile server: long ids, and an error with a long message.      usage: refusal [KIB of the message = 256] [INTERRUPTS = 1, two commands each] [bytes of an id = 1024]
 * `refusal` (2 commands) takes 0.4 s, `refusal 256 64` (128 commands) 15 s; from 16384 KiB on the event is refused for its size.
 * Right: at most 50 ns a byte, 13 ms for 256 KiB, whatever stands out. */
static char id[1025];
static int32_t w(void*u,uint64_t s,const int16_t*p,uint32_t n){(void)p;(void)u;*(uint64_t*)u=s;return n;}
int main(int c,char**v){
  size_t kib=c>1?atoi(v[1]):256; int ncmd=c>2?atoi(v[2]):1; int idlen=c>3?atoi(v[3]):1024;
  rtmulti_session*s; rtmulti_session_create(NULL,&s); uint64_t seg=0;
  rtmulti_sink k; rtmulti_sink_init(&k,sizeof k); k.write=w;k.user_data=&seg; rtmulti_session_set_sink(s,&k);
  static unsigned char au[4800];
  for(int i=0;i<ncmd;i++){
    memset(id,'a',idlen); id[idlen]=0; sprintf(id+idlen-8,"%08d",i);
    char r[1025]; memset(r,'a',idlen); r[idlen]=0; sprintf(r+idlen-8,"r%07d",i);
    rtmulti_session_response_created(s,r,idlen,0,NULL,0);
    rtmulti_session_audio(s,r,idlen,id,idlen,0,au,sizeof au);
    rtmulti_session_interrupt(s,NULL,0,2);
    rtmulti_session_playback_finished(s,seg,0,1,RTMULTI_NOW);
  }
  rtmulti_stats st={.struct_size=sizeof st}; rtmulti_session_stats(s,&st);
  size_t n=kib*1024; 
  char*j=malloc(n+256); int h=sprintf(j,"{\"type\":\"error\",\"error\":{\"code\":\"x\",\"message\":\""); memset(j+h,'a',n); strcpy(j+h+n,"\"}}");
  double t=cpu(); rtmulti_result q=rtmulti_session_receive_json(s,j,h+n+3); 
  printf("commands sent %llu, id %d bytes, message %zu KiB: %s, %.3f s of cpu in one call\n",(unsigned long long)st.commands_sent,idlen,kib,rtmulti_result_name(q),cpu()-t);
  rtmulti_session_destroy(s); return 0;}
