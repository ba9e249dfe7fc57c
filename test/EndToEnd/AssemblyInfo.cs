using Xunit;

// Each store is seven processes: side by side they would only slow each other down.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
