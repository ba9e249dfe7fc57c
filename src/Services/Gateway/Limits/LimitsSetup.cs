using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Tessera.Messaging;

namespace Tessera.Gateway;

internal static class LimitsSetup
{
    public static void AddLimits(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<LimitOptions>().Bind(configuration.GetSection(LimitOptions.Section))
            .ValidateKeys(LimitOptions.Section).ValidateOnStart();
        services.AddSingleton<OwnQuotas>();
        if (configuration[LimitOptions.Section + ":Redis"] is not { Length: > 0 } address)
        {
            services.AddSingleton<IQuotas>(provider => provider.GetRequiredService<OwnQuotas>());
            return;
        }
        var redis = Parse(address);
        services.AddSingleton<IQuotas>(provider =>
        {
            redis.AsyncTimeout = (int)provider.GetRequiredService<IOptions<LimitOptions>>()
                .Value.RedisTimeout.TotalMilliseconds;
            return ActivatorUtilities.CreateInstance<SharedQuotas>(provider, redis);
        });
    }

    private static ConfigurationOptions Parse(string address)
    {
        try
        {
            var redis = ConfigurationOptions.Parse(address);
            if (redis.EndPoints.Count == 0) throw new ArgumentException("it names no server");
            redis.AbortOnConnectFail = false; // The gateway starts without it, and counts by itself.
            redis.BacklogPolicy = BacklogPolicy.FailFast;
            redis.ConnectTimeout = 2_000;
            return redis;
        }
        catch (ArgumentException wrong)
        {
            throw new InvalidOperationException(
                $"Gateway:Limits:Redis is '{address}': expected a server such as 127.0.0.1:6379 ({wrong.Message}).",
                wrong);
        }
    }
}
