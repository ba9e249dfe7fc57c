using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Tessera.ServiceDefaults;

/// <summary>Writes problem documents whatever the client says it accepts: an error must not become
/// an empty answer.</summary>
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
        problem.Instance ??= (context.HttpContext.Request.PathBase + context.HttpContext.Request.Path).Value;
        if (problem is HttpValidationProblemDetails validation) NameAsInJson(validation);
        if (problem.Status == StatusCodes.Status405MethodNotAllowed) AllowHead(response.Headers);
        problem.Extensions["traceId"] = Problems.TraceIdOf(context.HttpContext);
        response.StatusCode = problem.Status.Value;
        return new ValueTask(response.WriteAsJsonAsync(
            problem, problem.GetType(), Json, "application/problem+json", context.HttpContext.RequestAborted));
    }

    // Routing names the methods that are mapped; HEAD goes wherever GET does.
    private static void AllowHead(IHeaderDictionary headers)
    {
        var methods = headers.Allow
            .SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries)).ToList();
        if (methods.Contains(HttpMethods.Get) && !methods.Contains(HttpMethods.Head))
            headers.Allow = string.Join(", ", [.. methods, HttpMethods.Head]);
    }

    // Validation names members as the code does: Lines[0].Sku; the client knows lines[0].sku.
    private static void NameAsInJson(HttpValidationProblemDetails problem)
    {
        foreach (var (member, reasons) in problem.Errors.ToArray())
        {
            var name = string.Join('.', member.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName));
            if (name == member) continue;
            problem.Errors.Remove(member);
            problem.Errors[name] = reasons;
        }
    }
}
