using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Redis;

/// <summary>Registers Redis as the broker.</summary>
public static class RedisMessagingExtensions
{
    /// <summary>The service's events go through Redis 6.2 or newer. Options out of bounds stop
    /// the host at start.</summary>
    public static MessagingBuilder UseRedis(this MessagingBuilder messaging, Action<RedisOptions> configure)
    {
        messaging.Services.AddOptions<RedisOptions>()
            .Configure(configure)
            .ValidateKeys(RedisOptions.Section)
            .ValidateOnStart();
        var service = messaging.Registry.Service;
        messaging.Services.AddSingleton<ITransport>(services => new RedisTransport(
            services.GetRequiredService<IOptions<RedisOptions>>().Value, service,
            services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<RedisTransport>>()));
        return messaging;
    }
}
