using Tessera.Cli.Servers;

namespace Tessera.Cli.Up;

/// <summary>From the lock on the data folder to its release: one life of the store under one supervisor.</summary>
internal sealed class SupervisorSession : IDisposable
{
    private readonly FileStream _lock;
    private readonly PortClaims _claims;
    private readonly string? _inUse;
    private readonly TimeProvider _clock;
    private readonly LocalServers _servers;
    private readonly IReadOnlyList<SharedAddress> _addresses;

    private SupervisorSession(
        FileStream held, PortClaims claims, LocalServers servers, RunFolder folder, UpSettings settings,
        Supervisor supervisor, IReadOnlyList<SharedAddress> addresses, string? inUse, TimeProvider clock)
    {
        _addresses = addresses;
        _servers = servers;
        _lock = held;
        _claims = claims;
        _inUse = inUse;
        _clock = clock;
        Folder = folder;
        Settings = settings;
        Supervisor = supervisor;
    }

    public RunFolder Folder { get; }

    public UpSettings Settings { get; }

    public Supervisor Supervisor { get; }

    /// <summary>The operator's password, when nobody has been told it yet.</summary>
    public OperatorCredentials? NewOperator { get; private set; }

    public static async Task<SupervisorSession> OpenAsync(
        RunFolder folder, UpSettings asked, TimeProvider clock, CancellationToken stop)
    {
        var held = folder.TryLock()
            ?? throw new UserError(
                $"Another supervisor has {folder.Data} already; see: tessera status", ExitCodes.NotRunning);
        var claims = PortClaims.OfThisUser();
        var ports = new PortPicker(claims);
        IReadOnlyList<SharedAddress> addresses = [];
        int? httpPort = null, httpsPort = null;
        try
        {
            var programs = new EarlierBuilds(SourceTree.Root).ProvideAsync(asked.At, SourceTree.Services(), stop);
            asked = asked with
            {
                Programs = await programs,
                HasNode = await ProvideNode.IsHereAsync(SourceTree.Root, stop),
            };
            await Orphans.StopAsync(folder, clock);
            folder.ForgetWishes();
            var credentials = OperatorCredentials.ReadOrMake(folder, out var isUntold);
            var run = Guid.NewGuid().ToString("N");
            folder.Claim(run);
            var plan = MakePlan(ports);
            if (SharedAddress.IsPossible)
            {
                addresses = plan.TakeAddresses();
                (httpPort, httpsPort) = (plan.Gateway.Http1, plan.Https);
            }
            IReadOnlyList<string> services =
            [
                .. SourceTree.WithData(plan.Instances.Select(instance => instance.Service)),
                .. plan.Foreign.Select(instance => instance.Service),
            ];
            var (servers, settings) = await LocalServers.StartAsync(folder, asked, services, ports, clock, stop);
            var supervisor = new Supervisor(
                folder, settings, run, servers, addresses, plan, () => MakePlan(new PortPicker(claims)), clock);
            return new SupervisorSession(
                held, claims, servers, folder, settings, supervisor, addresses, MarkInUse(), clock)
            {
                NewOperator = isUntold ? credentials : null,
            };
        }
        catch
        {
            foreach (var address in addresses) address.Dispose();
            ports.Dispose();
            claims.Dispose();
            held.Dispose();
            throw;
        }

        Plan MakePlan(PortPicker from) => Plan.Make(
            SourceTree.Services(), asked, from, httpPort, httpsPort, SourceTree.Foreign());
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var first = FirstStart.RunAsync(this, _clock, ended.Token);
        try
        {
            await Supervisor.RunAsync(stop);
        }
        finally
        {
            await ended.CancelAsync();
            await first.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _servers.DisposeAsync(); // Last: the services let go of them first.
        }
    }

    public void Dispose()
    {
        Supervisor.Dispose();
        foreach (var address in _addresses) address.Dispose();
        _claims.Dispose();
        if (_inUse is not null) File.Delete(_inUse);
        _lock.Dispose();
    }

    /// <summary>Tells the build script that files under <c>artifacts/</c> are in use.</summary>
    private static string? MarkInUse()
    {
        var mark = Path.Combine(SourceTree.Root, "artifacts", "in-use", $"{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(mark)!);
            File.WriteAllText(mark, "");
            return mark;
        }
        catch (UnauthorizedAccessException)
        {
            return null; // Another user's tree: whose owner could not ask whether the process lives, either.
        }
    }
}
