using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Tessera.ServiceDefaults;

/// <summary>Writes problem documents whatever the client says it accepts: an error must not become an empty answer.</summary>
internal sealed class ProblemWriter : IProblemDetailsWriter
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    public bool CanWrite(ProblemDetailsContext context) => true;

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var response = context.HttpContext.Response;
        var problem = context.ProblemDetails;
        problem.Status ??= response.StatusCode;
        problem.Title ??= ReasonPhrases.GetReasonPhrase(problem.Status.Value);
        problem.Type ??= "about:blank"; // RFC 9457 §4.2.1: the status says it all.
        problem.Instance ??= context.HttpContext.Request.Path.Value;
        problem.Extensions["traceId"] = Problems.TraceIdOf(context.HttpContext);
        response.StatusCode = problem.Status.Value;
        return new ValueTask(response.WriteAsJsonAsync(
            problem, problem.GetType(), Json, "application/problem+json", context.HttpContext.RequestAborted));
    }
}
