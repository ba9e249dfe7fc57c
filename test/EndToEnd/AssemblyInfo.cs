using Xunit;

// Each store is seven processes that wait most of the time, for each other and for their timers: two side by side keep
// the processors as busy as they can be.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
