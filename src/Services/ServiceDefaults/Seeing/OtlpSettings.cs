using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Tessera.ServiceDefaults;

/// <summary>The standard settings of OpenTelemetry that this process reads. The SDK passes over a value that it does
/// not understand: here it stops the start, by the name of its key.</summary>
internal static class OtlpSettings
{
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    public const string Resource = "OTEL_RESOURCE_ATTRIBUTES";
    public const string Sampler = "OTEL_TRACES_SAMPLER";
    public const string SamplerArgument = "OTEL_TRACES_SAMPLER_ARG";

    private const string RatioByParent = "parentbased_traceidratio";
    private const string Ratio = "traceidratio";

    /// <summary>By a parent's decision, and at the root all, unless told otherwise. All of the specification that need
    /// no server of their own.</summary>
    private static readonly string[] samplers =
        ["always_on", "always_off", Ratio, "parentbased_always_on", "parentbased_always_off", RatioByParent];

    /// <summary>What bounds the memory that a collector which takes nothing can cost, and the time of one attempt. As
    /// the specification has them, said here so that no other default comes with another version.</summary>
    private static readonly (string Key, string Value)[] bounds =
    [
        ("OTEL_BSP_MAX_QUEUE_SIZE", "2048"), ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "512"),
        ("OTEL_BLRP_MAX_QUEUE_SIZE", "2048"), ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "512"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "10000"),
    ];

    /// <summary>Whether telemetry is sent anywhere. Fills in the bounds that are not given.</summary>
    /// <exception cref="InvalidOperationException">A value is none; the message names its key.</exception>
    public static bool Read(IConfiguration configuration)
    {
        if (configuration[Endpoint] is not { Length: > 0 } endpoint) return false;
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new InvalidOperationException(
                $"{Endpoint} is '{endpoint}': expected an address such as http://127.0.0.1:4317.");
        }
        CheckSampler(configuration);
        foreach (var (key, value) in bounds)
        {
            if (string.IsNullOrEmpty(configuration[key])) configuration[key] = value;
            else CheckNumber(key, configuration[key]!);
        }
        return true;
    }

    private static void CheckSampler(IConfiguration configuration)
    {
        if (configuration[Sampler] is not { Length: > 0 } sampler) return;
        if (!samplers.Contains(sampler, StringComparer.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException(
                $"{Sampler} is '{sampler}': expected one of {string.Join(", ", samplers)}.");
        }
        if (!sampler.EndsWith(Ratio, StringComparison.OrdinalIgnoreCase)) return;
        if (configuration[SamplerArgument] is not { Length: > 0 } argument) return;
        if (!double.TryParse(argument, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio)
            || ratio is not (>= 0 and <= 1))
        {
            throw new InvalidOperationException(
                $"{SamplerArgument} is '{argument}': expected the part of the traces to keep, from 0 to 1.");
        }
    }

    private static void CheckNumber(string key, string value)
    {
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0) return;
        throw new InvalidOperationException($"{key} is '{value}': expected a whole number above 0.");
    }
}
