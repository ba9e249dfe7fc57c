using Xunit;

// Three brokers started at once slow each other down for longer than they take one after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
