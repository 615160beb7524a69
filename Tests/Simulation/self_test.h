/* A simulation that cannot fail is worth nothing: this plants one fault after another between the library and the
 * witness, and sees each of them found. */
#ifndef SIMULATION_SELF_TEST_H
#define SIMULATION_SELF_TEST_H

/* Prints a line for each fault and the sum; returns the exit status. */
int self_test(void);

#endif
