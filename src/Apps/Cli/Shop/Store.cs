using System.CommandLine;
using Tessera.Cli.Up;

namespace Tessera.Cli.Shop;

/// <summary>The running store that a command works on, and how scripts call it.</summary>
internal sealed class Store : IDisposable
{
    /// <summary>A killed service is back within seconds; a machine that starts everything anew takes longer.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private Store(RunFolder folder, Uri gateway, TimeProvider clock, TimeSpan? patience = null)
    {
        Folder = folder;
        Clock = clock;
        Gateway = gateway;
        Client = new ShopClient(gateway, patience ?? _patience, clock);
        Scripts = new ScriptSession(Client, folder, clock);
    }

    public RunFolder Folder { get; }

    public Uri Gateway { get; }

    public TimeProvider Clock { get; }

    public ShopClient Client { get; }

    public ScriptSession Scripts { get; }

    public static Option<Uri?> GatewayOption() => new("--gateway")
    {
        Description = "Address of the gateway, when it was not started from here.",
        HelpName = "URL",
        // The parser knows no addresses by itself, and would refuse each.
        CustomParser = given =>
        {
            var text = given.Tokens[0].Value;
            if (Uri.TryCreate(text, UriKind.Absolute, out var address)
                && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps))
            {
                return address;
            }
            given.AddError($"--gateway takes an address such as http://127.0.0.1:8080, not '{text}'.");
            return null;
        },
    };

    /// <param name="patience">How long a request is tried; minutes, unless told.</param>
    public static Store Open(string data, Uri? gateway, TimeProvider clock, TimeSpan? patience = null)
    {
        var folder = new RunFolder(data);
        if (gateway is null)
        {
            var state = folder.ReadState();
            if (state is null)
                throw new UserError($"Nothing runs in {folder.Data}. Start it with: tessera up", ExitCodes.NotRunning);
            gateway = new Uri(state.Gateway);
        }
        return new Store(folder, gateway, clock, patience);
    }

    public static Store Of(RunFolder folder, string gateway, TimeProvider clock) =>
        new(folder, new Uri(gateway), clock);

    public void Dispose()
    {
        Scripts.Dispose();
        Client.Dispose();
    }
}
