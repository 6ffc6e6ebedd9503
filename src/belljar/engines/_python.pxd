# What the extension module takes of the C API of Python, of the C library, and of the table of symbols for native code.
from cpython.ref cimport PyObject
from libc.stdint cimport uint64_t

cdef extern from "Python.h":
    object PyFrozenSet_New(PyObject *iterable)  # one that nobody else has may be added to
    int PySet_Add(object found, object key) except -1
    ctypedef struct PyThreadState
    PyThreadState *PyEval_SaveThread() nogil
    void PyEval_RestoreThread(PyThreadState *) nogil
    unsigned long PyThread_get_thread_ident() nogil
    long long PyLong_AsLongLongAndOverflow(object, int *) except? -1
    int PyUnicode_KIND(object)
    void *PyUnicode_DATA(object)
    Py_ssize_t PyUnicode_GET_LENGTH(object)
    bint PyUnicode_IS_ASCII(object)
    object PyUnicode_FromKindAndData(int, const void *, Py_ssize_t)
    ctypedef struct PyMethodDef:
        const char *ml_name
        void *ml_meth
        int ml_flags
        const char *ml_doc
    int METH_FASTCALL
    object PyCFunction_New(PyMethodDef *, object)
    Py_ssize_t PySequence_Fast_GET_SIZE(object)
    PyObject **PySequence_Fast_ITEMS(object)
    object PyUnicode_New(Py_ssize_t, Py_UCS4)
    int PyObject_GenericSetAttr(object, object, object) except -1
    PyObject *Py_XNewRef(PyObject *)
    object PyObject_Vectorcall(object, PyObject *const *, size_t, PyObject *)

cdef extern from "stdlib.h" nogil:
    void *aligned_alloc(size_t, size_t)

cdef extern from "time.h" nogil:
    ctypedef long time_t
    cdef struct timespec:
        time_t tv_sec
        long tv_nsec
    int clock_gettime(int, timespec *)
    int CLOCK_MONOTONIC

cdef extern from "jit/symbols.h" nogil:
    ctypedef struct bell_symbol:
        const char *name
        uint64_t address
    const bell_symbol bell_symbols[]
    const size_t bell_symbol_count
