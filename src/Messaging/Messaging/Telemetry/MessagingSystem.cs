using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging.Handling;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Telemetry;

/// <summary>Who the events of this process go through, as telemetry names it: the broker that is published to. While a
/// running system moves to another one, what still comes from the old one bears the new one's name.</summary>
internal sealed class MessagingSystem(IServiceProvider services)
{
    /// <summary>What a service tells itself goes through no broker.</summary>
    public const string Own = "tessera";

    private string? _broker;

    public string Broker => _broker ??= services.GetServices<ITransport>().LastOrDefault()?.Name ?? Own;

    public string Of(string stream) => stream == TimerIntake.TimersStream ? Own : Broker;
}
