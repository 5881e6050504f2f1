"""The addresses: each view reads its parameters, calls one use case, and says how the answer is formed."""
