using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Kafka;

public static class KafkaMessagingBuilderExtensions
{
    /// <summary>Carries the service's events over Apache Kafka. <paramref name="configure"/> runs after the section
    /// <c>Messaging:Kafka</c> is bound. A bad option refuses the start and names its key.</summary>
    public static MessagingBuilder UseKafka(this MessagingBuilder builder, Action<KafkaOptions>? configure = null)
    {
        builder.Services.AddOptions<KafkaOptions>()
            .BindConfiguration(KafkaOptions.Section)
            .Configure(options => configure?.Invoke(options))
            .ValidateKeys(KafkaOptions.Section)
            .ValidateOnStart();
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<KafkaOptions>, KafkaOptionsValidation>());
        builder.Services.AddSingleton<ITransport, KafkaTransport>();
        return builder;
    }
}

/// <summary>The rules that span more than one option.</summary>
internal sealed class KafkaOptionsValidation : IValidateOptions<KafkaOptions>
{
    public ValidateOptionsResult Validate(string? name, KafkaOptions options)
    {
        List<string> failures = [];
        foreach (var setting in options.Client.Keys.Where(
            key => KafkaOptions.OwnedSettings.Contains(key.ToLowerInvariant())))
        {
            failures.Add($"{KafkaOptions.Section}:Client:{setting} cannot be set: " +
                "the transport's promises rest on its own value.");
        }
        if (options.MinInSyncReplicas > options.ReplicationFactor)
        {
            failures.Add($"{KafkaOptions.Section}:MinInSyncReplicas ({options.MinInSyncReplicas}) exceeds " +
                $"ReplicationFactor ({options.ReplicationFactor}): nothing could ever be accepted.");
        }
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
