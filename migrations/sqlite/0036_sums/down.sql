drop index allocations_waiting;
