/* Elements of an array of the host's as the words of a list: numbers in a row at any distance, of any width and byte order. */
#ifndef BELL_ELEMENTS_H
#define BELL_ELEMENTS_H

#include "runtime/bell.h"

enum bell_element {
  BELL_ELEMENT_INT8, BELL_ELEMENT_INT16, BELL_ELEMENT_INT32, BELL_ELEMENT_INT64,
  BELL_ELEMENT_UINT8, BELL_ELEMENT_UINT16, BELL_ELEMENT_UINT32, BELL_ELEMENT_UINT64,
  BELL_ELEMENT_FLOAT, BELL_ELEMENT_DOUBLE, BELL_ELEMENT_BOOL,
  BELL_ELEMENTS
};

typedef struct {
  const uint8_t *data;  /* the first element, wherever it is aligned */
  int64_t length;
  int64_t stride;       /* bytes from one element to the next: any number, 0 and negative ones included */
  uint8_t kind;         /* bell_element */
  bool swapped;         /* not in this machine's byte order */
} bell_elements;

/* Whether a list of the class takes such elements at all: int takes ints, float all numbers, bool bools. */
bool bell_elements_fit(const bell_elements *from, uint8_t class_);

/* Write the elements to `to`, as a list of the class has them (8 bytes each, bool 1). Only for classes they fit. Returns how many were written: all, or those
 * before the first that the class does not have: an int beyond 64 bits, for float an int that no float is equal to. */
int64_t bell_elements_read(const bell_elements *from, uint8_t class_, void *to);

#endif
