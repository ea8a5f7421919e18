"""What is said to the plan, how it is kept in order, and what is answered."""
