using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tessera.Payments.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Payments;

/// <summary>POST /payments/callbacks/{provider}: a provider tells by itself what became of a charge. Who it is, its
/// signature says; what became of the charge, it is asked.</summary>
internal static class TakeCallback
{
    public const int SizeBytesMax = 16 * 1024;

    private const int IdLengthMax = 128;

    private static readonly JsonSerializerOptions tolerant = new(JsonSerializerDefaults.Web);

    public static async Task<Results<Ok, ProblemHttpResult>> Handle(
        string provider, HttpContext context, ProviderSecrets secrets, RecordCallback record,
        IOptions<CallbackOptions> options, TimeProvider clock, CancellationToken stop)
    {
        if (secrets.KeysOf(provider) is not { } keys)
        {
            return TypedResults.Problem(
                "No such payment provider calls here.", statusCode: StatusCodes.Status404NotFound);
        }
        using var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content, stop); // Bounded by the size that the route allows.
        var body = content.ToArray();
        var headers = context.Request.Headers;
        var id = headers[WebhookSignature.IdHeader].ToString();
        // Which of it was wrong helps nobody but who tries it out.
        if (id.Length is 0 or > IdLengthMax || id.Any(letter => letter is < '!' or > '~')
            || !WebhookSignature.IsGood(
                id, headers[WebhookSignature.TimestampHeader].ToString(),
                headers[WebhookSignature.SignatureHeader].ToString(), body, keys, clock.GetUtcNow(),
                options.Value.ReplayWindow))
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status401Unauthorized);
        }
        if (Read(body) is not { } callback)
        {
            return TypedResults.Problem(
                "The body must be JSON with the texts 'type' and 'data.charge'.",
                statusCode: StatusCodes.Status400BadRequest);
        }
        await record.HandleAsync(provider, id, callback, stop);
        return TypedResults.Ok();
    }

    /// <summary>Members that are not known are none of ours: providers add some.</summary>
    private static PaymentCallback? Read(byte[] body)
    {
        try
        {
            var callback = JsonSerializer.Deserialize<PaymentCallback>(body, tolerant);
            return callback is { Type.Length: > 0 and <= PaymentCallback.TypeLengthMax, Data.Charge: not null }
                && !callback.Type.Any(char.IsControl) ? callback : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
