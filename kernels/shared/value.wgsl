// What an invocation takes at once: a number, or with VECTORS a vector of four.

#ifdef VECTORS
alias Value = vec4f;
#else
alias Value = f32;
#endif
