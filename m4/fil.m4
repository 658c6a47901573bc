# fil.m4 - the compiler flags that fil asks for, each tried first.

# FIL_TRY_FLAG(VARIABLE, FLAG): append FLAG to VARIABLE if compiler and linker take it
AC_DEFUN([FIL_TRY_FLAG],
[AC_MSG_CHECKING([whether $CC takes $2])
fil_saved_cflags=$CFLAGS
CFLAGS="$CFLAGS -Werror $2"
AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); AS_VAR_APPEND([$1], [" $2"])],
    [AC_MSG_RESULT([no])])
CFLAGS=$fil_saved_cflags])

AC_DEFUN([FIL_C11_POSIX],
[FIL_CPPFLAGS='-D_POSIX_C_SOURCE=200809L'
FIL_CFLAGS='-std=c11 -pthread'
AC_SUBST([FIL_CPPFLAGS])
AC_SUBST([FIL_CFLAGS])
AC_SUBST([FIL_LDFLAGS])])

AC_DEFUN([FIL_WARNINGS],
[m4_foreach_w([fil_flag],
    [-Wall -Wextra -Wshadow -Wstrict-prototypes -Wconversion -Wno-sign-conversion],
    [FIL_TRY_FLAG([FIL_CFLAGS], fil_flag)
])
AC_ARG_ENABLE([werror],
    [AS_HELP_STRING([--enable-werror], [make every warning an error])],
    [AS_IF([test "$enableval" = yes], [AS_VAR_APPEND([FIL_CFLAGS], [" -Werror"])])])])

# A program names only the libraries that it calls.
AC_DEFUN([FIL_AS_NEEDED], [FIL_TRY_FLAG([FIL_LDFLAGS], [-Wl,--as-needed])])

AC_DEFUN([FIL_HARDENING],
[AC_ARG_ENABLE([hardening],
    [AS_HELP_STRING([--disable-hardening],
        [without _FORTIFY_SOURCE, stack protector, PIE, RELRO])],
    [fil_hardening=$enableval], [fil_hardening=yes])
AS_IF([test "$fil_sanitizers$fil_coverage" != nono], [fil_hardening=no])
AS_IF([test "$fil_hardening" = yes],
    [FIL_TRY_FLAG([FIL_CFLAGS], [-fstack-protector-strong])
    FIL_TRY_FLAG([FIL_CFLAGS], [-fPIE])
    FIL_TRY_FLAG([FIL_LDFLAGS], [-pie])
    FIL_TRY_FLAG([FIL_LDFLAGS], [-Wl,-z,relro])
    FIL_TRY_FLAG([FIL_LDFLAGS], [-Wl,-z,now])
    # _FORTIFY_SOURCE needs the optimizer, and distributions may define it already.
    AS_CASE([" $CFLAGS "], [*" -O0 "*], [],
        [*" -O"*], [AS_VAR_APPEND([FIL_CPPFLAGS],
            [" -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"])])])])

# Sanitizers and coverage want to see every call: no _FORTIFY_SOURCE, which
# turns recv into __recv_chk, and no optimization that hides a line.
AC_DEFUN([FIL_INSTRUMENTS],
[AC_ARG_ENABLE([sanitizers],
    [AS_HELP_STRING([--enable-sanitizers=LIST],
        [address,undefined or thread: find such bugs as the tests run])],
    [fil_sanitizers=$enableval], [fil_sanitizers=no])
AS_CASE([$fil_sanitizers],
    [no], [FAULT_CPPFLAGS=''],
    [yes], [AC_MSG_ERROR([say which: --enable-sanitizers=address,undefined])],
    [FAULT_CPPFLAGS='-DFAULT_UNDER_SANITIZER=1'
    fil_before=$FIL_CFLAGS
    FIL_TRY_FLAG([FIL_CFLAGS], [-fsanitize=$fil_sanitizers])
    AS_IF([test "$fil_before" = "$FIL_CFLAGS"],
        [AC_MSG_ERROR([$CC has no -fsanitize=$fil_sanitizers])])
    AS_VAR_APPEND([FIL_CFLAGS],
        [" -fno-omit-frame-pointer -fno-sanitize-recover=all"])
    AS_VAR_APPEND([FIL_CPPFLAGS], [" -U_FORTIFY_SOURCE"])])
AC_SUBST([FAULT_CPPFLAGS])
AC_ARG_ENABLE([coverage],
    [AS_HELP_STRING([--enable-coverage],
        [count the lines that the tests execute (gcc): make coverage])],
    [fil_coverage=$enableval], [fil_coverage=no])
AS_IF([test "$fil_coverage" = yes],
    [FIL_TRY_FLAG([FIL_CFLAGS], [--coverage])
    FIL_TRY_FLAG([FIL_CFLAGS], [-fprofile-update=atomic])
    AS_VAR_APPEND([FIL_CPPFLAGS], [" -U_FORTIFY_SOURCE"])])
])
