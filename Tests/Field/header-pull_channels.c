/* A device thread opened for mono pulls 480-frame blocks; the session's thread replaces the sink by a stereo one *between* two pulls. */
#include <rtmulti.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
int main(void){ rtmulti_session*s; rtmulti_session_create(NULL,&s); rtmulti_sink k; rtmulti_sink_init(&k,sizeof k); k.driver=RTMULTI_DRIVER_PULLED; k.flags|=1; rtmulti_session_set_sink(s,&k); rtmulti_device*d; rtmulti_session_device(s,&d);
 int16_t*b=malloc(480*sizeof*b); printf("pull mono=%u\n",rtmulti_device_pull(d,b,480,1,0)); k.channels=2; printf("set_sink=%d\n",rtmulti_session_set_sink(s,&k)); printf("pull=%u (the old device, buffer is for mono)\n",rtmulti_device_pull(d,b,480,1,0)); fflush(stdout); free(b);
 int16_t c[8]; memset(c,0x55,sizeof c); printf("NULL device: %u\n",rtmulti_device_pull(NULL,c,8,1,0)); printf("   buffer now %x (0 is silence)\n",(unsigned)c[0]); rtmulti_session_set_sink(s,NULL); memset(c,0x55,sizeof c); rtmulti_device_pull(d,c,4,1,0); printf("sink taken away: c[0]=%x c[3]=%x c[4]=%x\n",c[0],c[3],c[4]); rtmulti_session_destroy(s); rtmulti_device_release(d); return 0; }
