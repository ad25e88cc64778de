"""What recipes are given: pictures, layers, sizes and answers, checked before anything is painted."""
