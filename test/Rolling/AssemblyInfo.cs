// Each store wants the whole machine while its processes are replaced.
[assembly: AssemblyFixture(typeof(Tessera.Rolling.RollingStores))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]
