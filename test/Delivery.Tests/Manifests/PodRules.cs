using k8s.Models;

namespace Tessera.Delivery.Tests.Manifests;

/// <summary>What every pod of the store keeps to: the restricted standard of Kubernetes, a read-only root, secrets by
/// file, an end without lost requests.</summary>
internal static class PodRules
{
    private static readonly string[] secretWords = ["password", "secret", "connectionstring", "uri", "token"];

    public static IEnumerable<string> Violations(string name, V1PodTemplateSpec template)
    {
        var pod = template.Spec;
        return ViolationsOf(pod).Concat(pod.Containers.SelectMany(ViolationsOf)).Select(what => $"{name}: {what}");
    }

    /// <summary>Of a pod that serves.</summary>
    public static IEnumerable<string> ServingViolations(string name, V1PodTemplateSpec template)
    {
        var pod = template.Spec;
        var container = pod.Containers.Single();
        if (container.StartupProbe?.HttpGet?.Path != "/health/started") yield return $"{name}: no startup probe";
        if (container.LivenessProbe?.HttpGet?.Path != "/health/live") yield return $"{name}: no liveness probe";
        if (container.ReadinessProbe?.HttpGet?.Path != "/health/ready") yield return $"{name}: no readiness probe";
        if (container.Lifecycle?.PreStop?.Sleep is null) yield return $"{name}: stops without a pause";
        if (pod.TopologySpreadConstraints is not { Count: > 0 }) yield return $"{name}: may all run on one node";
    }

    private static IEnumerable<string> ViolationsOf(V1PodSpec pod)
    {
        if (pod.SecurityContext?.RunAsNonRoot != true) yield return "may run as root";
        if (pod.SecurityContext?.RunAsUser is null or 0) yield return "names no user";
        if (pod.SecurityContext?.SeccompProfile?.Type != "RuntimeDefault") yield return "has no seccomp profile";
        if (pod.AutomountServiceAccountToken != false) yield return "gets a token of the cluster";
        if (pod.EnableServiceLinks != false) yield return "gets variables of other services";
        if (pod.HostNetwork == true) yield return "has the host's network";
        if (pod.Volumes.Any(volume => volume.HostPath is not null)) yield return "has a folder of the host";
    }

    private static IEnumerable<string> ViolationsOf(V1Container container)
    {
        var security = container.SecurityContext;
        if (security?.AllowPrivilegeEscalation != false) yield return "may gain privileges";
        if (security?.ReadOnlyRootFilesystem != true) yield return "may write to its root";
        if (security?.Capabilities?.Drop?.Contains("ALL") != true) yield return "keeps capabilities";
        if (container.Resources?.Requests?.ContainsKey("memory") != true) yield return "asks for no memory";
        if (container.Resources?.Requests?.ContainsKey("cpu") != true) yield return "asks for no processor";
        if (container.Resources?.Limits?.ContainsKey("memory") != true) yield return "has no limit of memory";
        if (container.VolumeMounts?.Any(mount => mount.MountPath == "/tmp") != true) yield return "has no /tmp";
        foreach (var variable in container.Env ?? [])
        {
            var isSecret = secretWords.Any(word => variable.Name.Contains(word, StringComparison.OrdinalIgnoreCase));
            if (variable.ValueFrom?.SecretKeyRef is not null || (isSecret && !IsFile(variable)))
                yield return $"has the secret {variable.Name} in its environment";
        }
    }

    private static bool IsFile(V1EnvVar variable) => variable.Name.EndsWith("_FILE", StringComparison.Ordinal);
}
