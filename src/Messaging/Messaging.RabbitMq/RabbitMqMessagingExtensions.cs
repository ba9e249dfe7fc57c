using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.RabbitMq;

/// <summary>Registers RabbitMQ as the broker.</summary>
public static class RabbitMqMessagingExtensions
{
    /// <summary>The service's events go through RabbitMQ 3.10 or newer. Options out of bounds stop
    /// the host at start.</summary>
    public static MessagingBuilder UseRabbitMq(this MessagingBuilder messaging, Action<RabbitMqOptions> configure)
    {
        messaging.Services.AddOptions<RabbitMqOptions>()
            .Configure(configure)
            .ValidateKeys(RabbitMqOptions.Section)
            .Validate(
                options => options.Uri.Split(',').All(uri =>
                    Uri.TryCreate(uri.Trim(), UriKind.Absolute, out var parsed) && parsed.Scheme is "amqp" or "amqps"),
                $"{RabbitMqOptions.Section}:Uri must be amqp://user:password@host:port/vhost, " +
                "or several separated by commas.")
            .ValidateOnStart();
        var service = messaging.Registry.Service;
        messaging.Services.AddSingleton<ITransport>(services => new RabbitMqTransport(
            services.GetRequiredService<IOptions<RabbitMqOptions>>().Value, service,
            services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<RabbitMqTransport>>()));
        return messaging;
    }
}
