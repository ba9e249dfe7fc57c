// Each store wants the whole machine while its processes are replaced.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
