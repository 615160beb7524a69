/* The self-test of the driver. */
#ifndef DRIVE_SELF_TEST_H
#define DRIVE_SELF_TEST_H

/* Plants each fault in conversations until it is found. Prints what was not, and "N passed, N failed"; returns the
 * status of the process. */
int self_test(void);

#endif
